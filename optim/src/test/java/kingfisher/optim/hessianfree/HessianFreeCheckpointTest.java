package kingfisher.optim.hessianfree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.kfac.DampingAdaptation;
import kingfisher.optim.kfac.KroneckerCurvature;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.kfac.SupervisedTask;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that stops and goes on in new objects is the run that does not stop, bit for bit. */
final class HessianFreeCheckpointTest {

    private static final long SEED = 20261130;
    private static final int STEPS = 9;
    private static final HessianFreeSettings SETTINGS = HessianFreeSettings.defaults()
            .withAdaptiveDamping(0.1, DampingAdaptation.everyFifthStep())
            .withWeightDecay(1e-3);

    private static SupervisedTask task() {
        return SupervisedTask.classification(new CpuBackend(), Activation.TANH, 16, SEED, 4, 6, 3);
    }

    private static KroneckerCurvature factors(SupervisedTask task) {
        return task.curvature(task.model, KroneckerSettings.defaults().withPeriods(1, 3, 0));
    }

    private static HessianFree optimizer(SupervisedTask task, @Nullable KroneckerCurvature factors) {
        return new HessianFree(SETTINGS, task.parameters, new GaussNewtonOperator(task.model, task.metrics), factors);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnAsIfNothingHadHappened(boolean preconditioned) {
        SupervisedTask whole = task();
        List<double[]> path = new ArrayList<>();
        List<String> reports = new ArrayList<>();
        List<Map<String, double[]>> states = new ArrayList<>();
        try (KroneckerCurvature factors = factors(whole)) {
            HessianFree optimizer = optimizer(whole, preconditioned ? factors : null);
            for (int i = 0; i < STEPS; i++) {
                states.add(optimizer.state());
                reports.add(untimed(optimizer.step(whole.objective)));
                path.add(whole.parameters());
            }
        }
        for (int stop : new int[] {0, 1, 4, 7}) {
            SupervisedTask second = task();
            if (stop > 0) {
                second.setParameters(path.get(stop - 1));
            }
            try (KroneckerCurvature factors = factors(second)) {
                HessianFree optimizer = optimizer(second, preconditioned ? factors : null);
                optimizer.restore(states.get(stop));
                for (int i = stop; i < STEPS; i++) {
                    String report = untimed(optimizer.step(second.objective));
                    String what = "step %d after a stop at %d, %s".formatted(i, stop, second.description);
                    assertThat(second.parameters()).as(what).containsExactly(path.get(i));
                    assertThat(report).as(what).isEqualTo(reports.get(i));
                }
            }
        }
    }

    /** All digits of a report but those of a clock. */
    private static String untimed(StepReport report) {
        String text = report.toString();
        return text.substring(0, text.indexOf("times="));
    }

    @Test
    void aStateThatDoesNotFitIsRefusedAndChangesNothing() {
        SupervisedTask task = task();
        try (KroneckerCurvature factors = factors(task)) {
            HessianFree optimizer = optimizer(task, factors);
            optimizer.step(task.objective);
            Map<String, double[]> before = optimizer.state();
            Map<String, double[]> other = new HashMap<>(before);
            other.put("solution", new double[3]);
            assertThatThrownBy(() -> optimizer.restore(other))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("saved \"solution\": expected %d numbers, found 3", task.size());
            assertThatThrownBy(() -> optimizer.restore(optimizer(task, null).state()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the saved state has no \"version\"");
            assertThat(optimizer.state()).containsOnlyKeys(before.keySet());
            optimizer
                    .state()
                    .forEach((name, array) -> assertThat(array).as(name).containsExactly(before.get(name)));
        }
    }
}
