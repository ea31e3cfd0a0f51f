package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs of an autoencoder: no form of curvature takes many more steps than the plain one. */
final class StepsToALossTest {

    private static final long[] SEEDS = {20261216, 20261217, 20261218, 20261219, 20261220};
    private static final int MOST_STEPS = 150;
    private static final double LOSS = 0.06;

    static Stream<KroneckerSettings> forms() {
        return Forms.all(9).stream();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void noFormTakesManyMoreSteps(KroneckerSettings form) {
        List<Integer> plain = new ArrayList<>();
        List<Integer> steps = new ArrayList<>();
        for (long seed : SEEDS) {
            plain.add(steps(form.withStructure(Structure.BLOCK_DIAGONAL, form.dampingForm()), seed));
            steps.add(steps(form, seed));
        }
        System.out.println("FORM " + form.structure() + " " + form.dampingForm() + " " + form.wideLayers() + " " + steps
                + " plain " + plain);
        assertThat(sum(steps))
                .as("steps of seeds %s, against %s: %s", Arrays.toString(SEEDS), plain, steps)
                .isLessThan((int) (1.25 * sum(plain)));
    }

    private static int sum(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).sum();
    }

    /** Steps until an autoencoder 16-12-6-3-6-12-16 with tanh has a loss. */
    private static int steps(KroneckerSettings form, long seed) {
        SupervisedTask task =
                SupervisedTask.regression(new CpuBackend(), Activation.TANH, 200, seed, 16, 12, 6, 3, 6, 12, 16);
        // smooth curves with three numbers each
        double[] targets = new double[200 * 16];
        for (int b = 0; b < 200; b++) {
            double[] x = task.fixture.inputs[b];
            double amplitude = 0.5 + 0.5 * x[0];
            double phase = 2 * x[1];
            double slope = 0.5 * x[2];
            for (int i = 0; i < 16; i++) {
                targets[b * 16 + i] = amplitude * Math.sin(0.4 * i + phase) + slope * (i / 8.0 - 1);
            }
        }
        var input = task.backend.allocate(200, 16);
        task.backend.upload(targets, input);
        task.objective.setBatch(input, List.of(targets));
        double first = Double.NaN;
        try (Kfac kfac = task.kfac(KfacSettings.defaults().withCurvature(form))) {
            for (int step = 0; step < MOST_STEPS; step++) {
                double loss = kfac.step(task.objective).loss();
                if (step == 0) {
                    first = loss;
                }
                if (loss < LOSS * first) {
                    return step;
                }
            }
        }
        return MOST_STEPS;
    }
}
