package kingfisher.optim.kfac;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import kingfisher.optim.oracle.ModelFixture;

/**
 * A layer's A and S from each example's dense Jacobian. As {@code s = aW + b}, the Jacobian in the biases is that in the
 * pre-activations, and {@code ∂z/∂W_mn = a_m ∂z/∂b_n} gives the inputs.
 */
final class DenseFactors {
    private DenseFactors() {}

    /**
     * {@code Σ_b ω_b ā āᵀ / Σ_b ω_b} and {@code Σ_b ω_b (∂z/∂s)ᵀ F_b (∂z/∂s) / Σ_b ω_b}.
     *
     * @param weights ω of the fixture's first examples
     * @param metric F_b from an example's index and all of its outputs
     * @return A and S, row-major
     */
    static List<double[]> of(
            ModelFixture fixture,
            CoveredParameters layer,
            double[] weights,
            BiFunction<Integer, double[], double[][]> metric) {
        return between(fixture, layer, layer, weights, metric);
    }

    /** The same with the inputs and cotangents of one layer on the left and of another one on the right. */
    static List<double[]> between(
            ModelFixture fixture,
            CoveredParameters layer,
            CoveredParameters other,
            double[] weights,
            BiFunction<Integer, double[], double[][]> metric) {
        int n = outputs(fixture, layer);
        int m = layer.size() / n - 1;
        int otherN = outputs(fixture, other);
        int otherM = other.size() / otherN - 1;
        double[] left = new double[(m + 1) * (otherM + 1)];
        double[] right = new double[n * otherN];
        double total = Arrays.stream(weights).sum();
        for (int b = 0; b < weights.length; b++) {
            double[][] jacobian = fixture.reference.jacobian(fixture.values, fixture.inputs[b]);
            double[] outputs = fixture.reference.outputs(fixture.values, fixture.inputs[b]);
            double[] inputs = inputs(jacobian, layer.offset(), m, n);
            double[] otherInputs = inputs(jacobian, other.offset(), otherM, otherN);
            double[][] inner = metric.apply(b, outputs);
            double share = weights[b] / total;
            for (int i = 0; i <= m; i++) {
                for (int j = 0; j <= otherM; j++) {
                    left[i * (otherM + 1) + j] += share * inputs[i] * otherInputs[j];
                }
            }
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < otherN; j++) {
                    for (int o = 0; o < inner.length; o++) {
                        for (int p = 0; p < inner.length; p++) {
                            right[i * otherN + j] += share
                                    * jacobian[o][layer.offset() + m * n + i]
                                    * inner[o][p]
                                    * jacobian[p][other.offset() + otherM * otherN + j];
                        }
                    }
                }
            }
        }
        return List.of(left, right);
    }

    private static int outputs(ModelFixture fixture, CoveredParameters layer) {
        var layout = fixture.parameters.layout();
        return layout.entries().get(layout.index(layer.name() + ".bias")).columns();
    }

    private static double[] inputs(double[][] jacobian, int offset, int m, int n) {
        double[] inputs = new double[m + 1];
        inputs[m] = 1;
        for (int i = 0; i < m; i++) {
            double along = 0;
            double square = 0;
            for (double[] output : jacobian) {
                for (int j = 0; j < n; j++) {
                    double cotangent = output[offset + m * n + j];
                    along += output[offset + i * n + j] * cotangent;
                    square += cotangent * cotangent;
                }
            }
            inputs[i] = along / square;
        }
        return inputs;
    }
}
