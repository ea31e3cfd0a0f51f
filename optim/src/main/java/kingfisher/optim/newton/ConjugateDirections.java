package kingfisher.optim.newton;

import kingfisher.optim.linear.Vectors;

/**
 * The nonlinear conjugate gradient method of Polak and Ribière, whose factor is kept from being negative (Nocedal and Wright
 * 2006, equation 5.45):
 *
 * <pre>
 *   p = -∇ + β p_old        β = max(0, ∇ᵀ(∇ - ∇_old) / ‖∇_old‖²)
 * </pre>
 *
 * <p>It begins anew, with β = 0, after n steps and where two gradients in a row are far from orthogonal,
 * {@code |∇ᵀ∇_old| ≥ 0.1 ‖∇‖²} (their equation 5.52): without that it may be several times slower near a minimum.
 */
public final class ConjugateDirections implements SearchRule {

    private static final double FAR_FROM_ORTHOGONAL = 0.1;

    private final double[] oldGradient;
    private final double[] oldDirection;
    private int directions; // since it began anew

    /** Makes the memory for vectors of this size. */
    public ConjugateDirections(int size) {
        this.oldGradient = new double[size];
        this.oldDirection = new double[size];
    }

    @Override
    public void restart() {
        directions = 0;
    }

    @Override
    public void choose(double[] gradient, double[] direction) {
        double beta = directions == 0 || directions == direction.length ? 0 : factor(gradient);
        if (beta == 0) {
            directions = 0;
        }
        for (int i = 0; i < direction.length; i++) {
            direction[i] = beta == 0 ? -gradient[i] : beta * oldDirection[i] - gradient[i];
        }
        System.arraycopy(gradient, 0, oldGradient, 0, oldGradient.length);
        System.arraycopy(direction, 0, oldDirection, 0, oldDirection.length);
        directions++;
    }

    private double factor(double[] gradient) {
        double square = Vectors.dot(gradient, gradient);
        double overlap = Vectors.dot(gradient, oldGradient);
        return Math.abs(overlap) >= FAR_FROM_ORTHOGONAL * square
                ? 0
                : Math.max(0, (square - overlap) / Vectors.dot(oldGradient, oldGradient));
    }

    /** {@inheritDoc} The gradients tell enough. */
    @Override
    public void learn(double[] step, double[] change) {}

    @Override
    public boolean isScaled() {
        return false;
    }
}
