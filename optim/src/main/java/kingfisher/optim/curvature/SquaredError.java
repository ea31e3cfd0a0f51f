package kingfisher.optim.curvature;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

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

    /** {@inheritDoc} A target has a number for each output. */
    @Override
    public int targetSize() {
        return width;
    }

    @Override
    public void loss(int rows, double[] outputs, double[] targets, double[] loss) {
        int i = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int end = i + width; i < end; i++) {
                double difference = outputs[i] - targets[i];
                sum += difference * difference;
            }
            loss[row] = 0.5 * sum;
        }
    }

    @Override
    public void addLossGradient(int rows, double[] outputs, double[] targets, double[] weights, double[] gradient) {
        int i = 0;
        for (int row = 0; row < rows; row++) {
            for (int end = i + width; i < end; i++) {
                gradient[i] += weights[row] * (outputs[i] - targets[i]);
            }
        }
    }

    /** {@inheritDoc} Draws by the ziggurat method, which keeps no second normal number back. */
    @Override
    public void sampleTargets(int rows, double[] outputs, UniformRandomProvider random, double[] targets) {
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        for (int i = 0; i < rows * width; i++) {
            if (!Double.isFinite(outputs[i])) {
                throw new ArithmeticException("output %d of row %d is the mean of no distribution: %s"
                        .formatted(i % width, i / width, outputs[i]));
            }
            targets[i] = outputs[i] + normal.sample();
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

    /** {@inheritDoc} B is the identity; the outputs are not read. */
    @Override
    public void addFactorColumn(int column, int rows, double[] outputs, double[] weights, double[] product) {
        if (column < 0 || column >= width) {
            throw new IllegalArgumentException("column must be in [0, %d): %d".formatted(width, column));
        }
        for (int row = 0; row < rows; row++) {
            product[row * width + column] += weights[row];
        }
    }
}
