package kingfisher.optim.optimizer;

import java.util.Map;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.ParameterVector;

/**
 * Gradient descent with the inverse of a damped diagonal as preconditioner, {@code w = w - rate · g / (d + η)}: damped
 * Newton's method with the curvature cut down to its diagonal (Grosse, "Second-Order Optimization", sections 2.2 and 5). The
 * diagonals are given from outside and averaged.
 */
public final class DiagonalPreconditioner implements Optimizer {

    private final double damping;
    private final double decay;
    private final ParameterVector diagonal;
    private final ParameterVector scaled;
    private final Matrix one;
    private boolean known;
    private long steps;

    /**
     * Creates the rule for vectors with the layout of {@code parameters}.
     *
     * @param damping η, positive
     * @param decay what the average keeps of its value at a new diagonal, in [0, 1)
     * @throws IllegalArgumentException if a number is outside its range
     */
    public DiagonalPreconditioner(ParameterVector parameters, double damping, double decay) {
        if (!(damping > 0 && damping < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("damping must be positive and finite: " + damping);
        }
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("decay must be in [0, 1): " + decay);
        }
        this.damping = damping;
        this.decay = decay;
        this.diagonal = parameters.zerosLike();
        this.scaled = parameters.zerosLike();
        this.one = parameters.backend().allocate(1, 1);
        parameters.backend().fill(one, 1);
    }

    /**
     * Takes a diagonal into the average {@code d = decay · d + (1 - decay) · diagonal}; the first becomes the average.
     *
     * @param newDiagonal of the parameters' layout, without negative numbers; not modified
     */
    public void observe(ParameterVector newDiagonal) {
        Backend backend = diagonal.backend();
        double kept = known ? decay : 0;
        backend.scale(kept, diagonal.values());
        backend.addScaled(1 - kept, newDiagonal.values(), diagonal.values());
        known = true;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if no diagonal has been seen
     */
    @Override
    public void step(ParameterVector parameters, ParameterVector gradient, double gradientScale, double learningRate) {
        if (!known) {
            throw new IllegalStateException("the preconditioner has seen no diagonal");
        }
        steps++;
        Backend backend = parameters.backend();
        backend.copy(gradient.values(), scaled.values());
        backend.divideDamped(one, diagonal.values(), damping, scaled.values());
        backend.addScaled(-learningRate * gradientScale, scaled.values(), parameters.values());
    }

    @Override
    public Map<String, ParameterVector> state() {
        return Map.of("diagonal", diagonal);
    }

    @Override
    public long steps() {
        return steps;
    }

    /** {@inheritDoc} A rule that has taken steps has seen a diagonal. */
    @Override
    public void restoreSteps(long value) {
        steps = value;
        known = value > 0;
    }
}
