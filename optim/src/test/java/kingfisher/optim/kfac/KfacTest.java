package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs in single precision: a loss is reached in a number of steps. */
final class KfacTest {

    private static final long SEED = 20261125;

    static Stream<KfacSettings> settings() {
        KfacSettings nothingToTune = KfacSettings.defaults();
        return Stream.of(
                nothingToTune,
                // as in reinforcement learning: a fixed rate with a bound
                nothingToTune
                        .withRule(
                                new StepRule.Fixed(0.5, 0),
                                Optional.of(new NormConstraint(0.1, NormConstraint.Measure.PRECONDITIONED)))
                        .withConstantDamping(0.03),
                // as bold as each step allows
                nothingToTune
                        .withAdaptiveDamping(1, DampingAdaptation.everyStep())
                        .withRejection(true),
                // cheap inverses, beside the steps
                nothingToTune.withCurvature(KroneckerSettings.defaults()
                        .withDampingForm(DampingForm.FACTORED)
                        .withExecution(Execution.DETERMINISTIC, 5)),
                nothingToTune.withCurvature(
                        KroneckerSettings.defaults().withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED)),
                nothingToTune.withCurvature(
                        KroneckerSettings.defaults().withStructure(Structure.EIGENVALUE_CORRECTED, DampingForm.EXACT)),
                nothingToTune.withCurvature(KroneckerSettings.defaults()
                        .withDampingForm(DampingForm.FACTORED)
                        .withApplication(Application.LOW_RANK)),
                nothingToTune.withCurvature(KroneckerSettings.defaults()
                        .withWideLayers(new WideLayers(10, WideLayers.Form.DIAGONAL_FACTOR))));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void fitsAFunction(KfacSettings settings) {
        SupervisedTask task = SupervisedTask.regression(new CpuBackend(), Activation.TANH, 64, SEED, 3, 24, 24, 1);
        double[] values = Arrays.stream(task.fixture.inputs)
                .mapToDouble(x -> Math.sin(3 * x[0]) * x[1] + x[2] * x[2])
                .toArray();
        task.objective.setBatch(task.input, List.of(values));
        assertReaches(0.02, 80, settings, task);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void tellsClassesApart(KfacSettings settings) {
        SupervisedTask task = SupervisedTask.classification(new CpuBackend(), Activation.TANH, 96, SEED, 2, 24, 24, 3);
        double[] rings = Arrays.stream(task.fixture.inputs)
                .mapToDouble(x -> Math.floor(2.5 * Math.min(1.1, Math.hypot(x[0], x[1]))))
                .toArray();
        task.objective.setBatch(task.input, List.of(rings));
        assertReaches(0.2, 80, settings, task);
    }

    private static void assertReaches(double loss, int steps, KfacSettings settings, SupervisedTask task) {
        double[] losses = new double[steps];
        try (Kfac kfac = task.kfac(settings)) {
            for (int i = 0; i < steps; i++) {
                losses[i] = kfac.step(task.objective).loss();
            }
        }
        assertThat(losses[0]).isGreaterThan(10 * loss);
        assertThat(Arrays.stream(losses).min().orElseThrow())
                .as("%s, %s: %s", settings, task.description, Arrays.toString(losses))
                .isLessThan(loss);
    }
}
