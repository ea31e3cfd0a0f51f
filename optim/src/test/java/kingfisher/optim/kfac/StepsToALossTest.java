package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs of a deep autoencoder in single precision: steps to a loss in each form of curvature. */
final class StepsToALossTest {

    private static final long[] SEEDS = {20261216, 20261217, 20261219};
    private static final int ROWS = 200;
    private static final int POINTS = 16;
    private static final int MOST_STEPS = 300;
    private static final double SHARE = 0.002; // of the first loss

    static Stream<KroneckerSettings> forms() {
        return Forms.all(9).stream();
    }

    /** What keeps more takes no more steps; what keeps less of wide layers may take some more. */
    @ParameterizedTest
    @MethodSource("forms")
    void noFormTakesManyMoreStepsThanThePlainOne(KroneckerSettings form) {
        int[] plain = steps(KroneckerSettings.defaults().withDampingForm(form.dampingForm()));
        int[] steps = steps(form);
        double tolerated = form.wideLayers().isPresent() ? 2.5 : 1.1;
        assertThat((double) Arrays.stream(steps).sum())
                .as(
                        "steps of seeds %s: %s, plain %s, %s",
                        Arrays.toString(SEEDS), Arrays.toString(steps), Arrays.toString(plain), form)
                .isLessThan(tolerated * Arrays.stream(plain).sum());
        assertThat(Arrays.stream(plain).max().orElseThrow())
                .as("plain, seeds %s: %s", Arrays.toString(SEEDS), Arrays.toString(plain))
                .isLessThan(MOST_STEPS / 2);
    }

    private static int[] steps(KroneckerSettings form) {
        return Arrays.stream(SEEDS).mapToInt(seed -> steps(form, seed)).toArray();
    }

    /** Steps until an autoencoder 16-12-6-3-6-12-16 with tanh has a small share of its first loss. */
    private static int steps(KroneckerSettings form, long seed) {
        SupervisedTask task = SupervisedTask.regression(
                new CpuBackend(), Activation.TANH, ROWS, seed, POINTS, 12, 6, 3, 6, 12, POINTS);
        double[] curves = new double[ROWS * POINTS]; // smooth ones, of three numbers each
        for (int b = 0; b < ROWS; b++) {
            double[] x = task.fixture.inputs[b];
            for (int i = 0; i < POINTS; i++) {
                curves[b * POINTS + i] = 0.5 * (1 + x[0]) * Math.sin(0.4 * i + 2 * x[1]) + 0.5 * x[2] * (i / 8.0 - 1);
            }
        }
        Matrix input = task.backend.allocate(ROWS, POINTS);
        task.backend.upload(curves, input);
        task.objective.setBatch(input, List.of(curves));
        double bound = SHARE * task.objective.evaluate();
        try (Kfac kfac = task.kfac(KfacSettings.defaults().withCurvature(form))) {
            for (int step = 0; step < MOST_STEPS; step++) {
                if (kfac.step(task.objective).loss() < bound) {
                    return step;
                }
            }
        }
        return MOST_STEPS;
    }
}
