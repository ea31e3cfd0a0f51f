package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;

final class KroneckerInverseTest {

    private static final long SEED = 20261131;

    @Test
    void isTheDenseInverseWhereTheFactorsAreExact() {
        SupervisedTask task = SupervisedTask.regression(DoubleBackend.create(), Activation.IDENTITY, 5, SEED, 6, 2);
        double[][] fisher = task.fisher(task.parameters());
        try (KroneckerCurvature curvature = task.curvature(task.model, SupervisedTask.freshFactors())) {
            task.objective.evaluate();
            curvature.advance(1, task.objective.targets());
            KroneckerInverse inverse = new KroneckerInverse(curvature, task.parameters);
            assertThat(inverse.size()).isEqualTo(task.size());
            assertInverse(inverse, fisher, 1, task);
            for (double damping : new double[] {1e-3, 0.5, 100}) {
                inverse.setDamping(damping);
                assertInverse(inverse, fisher, damping, task);
            }
        }
    }

    private static void assertInverse(
            KroneckerInverse inverse, double[][] fisher, double damping, SupervisedTask task) {
        double[][] expected = new double[task.size()][];
        for (int i = 0; i < expected.length; i++) {
            double[] unit = new double[task.size()];
            unit[i] = 1;
            expected[i] = SupervisedTask.solve(fisher, damping, unit);
        }
        assertThat(Dense.error(Dense.of(inverse), expected))
                .as("λ = %s, %s", damping, task.description)
                .isLessThan(1e-10);
    }

    @Test
    void productsAllocateNothing() {
        SupervisedTask task = SupervisedTask.classification(new CpuBackend(), Activation.TANH, 16, SEED, 4, 6, 3);
        try (KroneckerCurvature curvature = task.curvature(task.model, KroneckerSettings.defaults())) {
            task.objective.evaluate();
            curvature.advance(1, task.objective.targets());
            KroneckerInverse inverse = new KroneckerInverse(curvature, task.parameters);
            double[] vector = task.fixture.uniform(task.size());
            double[] copy = vector.clone();
            double[] product = new double[task.size()];
            assertThat(Allocations.during(100, () -> inverse.apply(vector, product)))
                    .isLessThan(100 * 200);
            assertThat(vector).containsExactly(copy);
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        SupervisedTask task = SupervisedTask.regression(new CpuBackend(), Activation.TANH, 5, SEED, 3, 2);
        try (KroneckerCurvature curvature = task.curvature(task.model, KroneckerSettings.defaults())) {
            KroneckerInverse inverse = new KroneckerInverse(curvature, task.parameters);
            double[] vector = new double[8];
            for (double damping : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
                assertThatThrownBy(() -> inverse.setDamping(damping))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("damping must be positive and finite: " + damping);
            }
            assertThatThrownBy(() -> inverse.apply(vector, new double[7]))
                    .hasMessage("expected two arrays of 8 numbers, found 8 and 7");
            assertThatThrownBy(() -> inverse.apply(new double[9], vector))
                    .hasMessage("expected two arrays of 8 numbers, found 9 and 8");
            assertThatThrownBy(() -> inverse.apply(vector, vector))
                    .hasMessage("expected two arrays of 8 numbers, found 8 and 8, the same");
            curvature.advance(1, task.objective.targets());
            Arrays.fill(vector, Double.NaN);
            assertThatThrownBy(() -> inverse.apply(vector, new double[8]))
                    .isInstanceOf(NumericalFailureException.class);
        }
    }
}
