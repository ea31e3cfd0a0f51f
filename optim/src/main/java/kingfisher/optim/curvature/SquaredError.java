package kingfisher.optim.curvature;

/**
 * The loss {@code ½ ‖z - t‖²}, the negative log-likelihood of a normal variable with mean z and variance 1: its Hessian
 * and its Fisher matrix are the identity.
 *
 * @param width number of outputs of one row
 */
public record SquaredError(int width) implements OutputMetric {

    /** Checks the width. */
    public SquaredError {
        if (width < 1) {
            throw new IllegalArgumentException("the width of a squared error must be at least 1: " + width);
        }
    }

    @Override
    public boolean convex() {
        return true;
    }

    @Override
    public void addHessianProduct(int rows, double[] outputs, double[] vectors, double[] weights, double[] product) {
        addFisherProduct(rows, outputs, vectors, weights, product);
    }

    /** {@inheritDoc} The outputs are not read. */
    @Override
    public void addFisherProduct(int rows, double[] outputs, double[] vectors, double[] weights, double[] product) {
        int i = 0;
        for (int row = 0; row < rows; row++) {
            for (int end = i + width; i < end; i++) {
                product[i] += weights[row] * vectors[i];
            }
        }
    }
}
