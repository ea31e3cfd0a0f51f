package kingfisher.optim.optimizer;

import java.util.Map;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.network.ParameterVector;

/** Gradient descent with momentum: {@code v = μv + g}, {@code w = w - rate · v}. */
public final class Sgd implements Optimizer {

    private final double momentum;
    private final ParameterVector velocity;
    private long steps;

    /** Creates the rule for vectors with the layout of {@code parameters}. */
    public Sgd(ParameterVector parameters, double momentum) {
        this.momentum = momentum;
        this.velocity = parameters.zerosLike();
    }

    @Override
    public void step(ParameterVector parameters, ParameterVector gradient, double gradientScale, double learningRate) {
        steps++;
        Backend backend = parameters.backend();
        backend.scale(momentum, velocity.values());
        backend.addScaled(gradientScale, gradient.values(), velocity.values());
        backend.addScaled(-learningRate, velocity.values(), parameters.values());
    }

    @Override
    public Map<String, ParameterVector> state() {
        return Map.of("velocity", velocity);
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public void restoreSteps(long value) {
        steps = value;
    }
}
