package kingfisher.optim.curvature;

import java.util.Arrays;
import java.util.function.Function;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.HyperDual;
import kingfisher.optim.oracle.ModelFixture;

/** Dense curvatures of all outputs of one example, by their textbook formulas, and sums over examples. */
public final class Curvatures {
    private Curvatures() {}

    /** {@code diag(p) - p pᵀ} of the logits. */
    public static double[][] softmax(double[] logits) {
        int size = logits.length;
        double sum = 0;
        for (double logit : logits) {
            sum += Math.exp(logit);
        }
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double both = Math.exp(logits[i] + logits[j]) / (sum * sum);
                matrix[i][j] = (i == j ? Math.exp(logits[i]) / sum : 0) - both;
            }
        }
        return matrix;
    }

    /** {@code diag(p (1 - p))} of the logits. */
    public static double[][] logistic(double[] logits) {
        double[] variances = new double[logits.length];
        for (int i = 0; i < logits.length; i++) {
            variances[i] = 1 / (2 + Math.exp(logits[i]) + Math.exp(-logits[i]));
        }
        return diagonal(variances);
    }

    /** {@code diag(1/σ², …, 2, …)} of means followed by log standard deviations. */
    public static double[][] gaussianFisher(double[] parameters) {
        int variables = parameters.length / 2;
        double[] elements = new double[parameters.length];
        for (int i = 0; i < variables; i++) {
            elements[i] = Math.exp(-2 * parameters[variables + i]);
            elements[variables + i] = 2;
        }
        return diagonal(elements);
    }

    public static double[][] identity(double[] outputs) {
        double[] ones = new double[outputs.length];
        Arrays.fill(ones, 1);
        return diagonal(ones);
    }

    public static double[][] diagonal(double... elements) {
        double[][] matrix = new double[elements.length][elements.length];
        for (int i = 0; i < elements.length; i++) {
            matrix[i][i] = elements[i];
        }
        return matrix;
    }

    /** The block-diagonal matrix {@code [left · a, 0; 0, right · b]}. */
    public static double[][] besides(double left, double[][] a, double right, double[][] b) {
        int size = a.length + b.length;
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                if (i < a.length && j < a.length) {
                    matrix[i][j] = left * a[i][j];
                } else if (i >= a.length && j >= a.length) {
                    matrix[i][j] = right * b[i - a.length][j - a.length];
                }
            }
        }
        return matrix;
    }

    /** {@code Σ_b ω_b J_bᵀ M(z_b) J_b / Σ_b ω_b} from each example's dense Jacobian. */
    public static double[][] pulledBack(ModelFixture fixture, double[] weights, Function<double[], double[][]> metric) {
        double[][] sum = new double[fixture.size()][fixture.size()];
        double total = Arrays.stream(weights).sum();
        for (int b = 0; b < weights.length; b++) {
            double[][] jacobian = fixture.reference.jacobian(fixture.values, fixture.inputs[b]);
            double[][] inner = metric.apply(fixture.reference.outputs(fixture.values, fixture.inputs[b]));
            Dense.addPulledBack(weights[b] / total, jacobian, inner, sum);
        }
        return sum;
    }

    /** {@code log Σ exp(z) - z_a}. */
    public static HyperDual crossEntropy(HyperDual[] logits, int from, int to, int action) {
        HyperDual sum = HyperDual.of(0);
        for (int i = from; i < to; i++) {
            sum = sum.plus(logits[i].exp());
        }
        return sum.log().plus(logits[from + action].times(-1));
    }

    /** {@code ½ Σ (z - t)²}. */
    public static HyperDual squaredError(HyperDual[] outputs, int from, int to, double... targets) {
        HyperDual sum = HyperDual.of(0);
        for (int i = from; i < to; i++) {
            HyperDual difference = outputs[i].plus(-targets[i - from]);
            sum = sum.plus(difference.times(difference).times(0.5));
        }
        return sum;
    }

    public static double[] ones(int count) {
        double[] ones = new double[count];
        Arrays.fill(ones, 1);
        return ones;
    }
}
