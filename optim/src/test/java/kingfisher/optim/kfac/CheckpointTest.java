package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A run that stops and goes on in new objects is the run that does not stop, bit for bit. */
final class CheckpointTest {

    private static final long SEED = 20261206;
    private static final int STEPS = 17;

    static Stream<KfacSettings> settings() {
        KfacSettings sampled = KfacSettings.defaults()
                .withCurvature(KroneckerSettings.defaults().withPeriods(2, 4, 3))
                .withConstantDamping(0.1);
        KfacSettings fixed = sampled.withRule(new StepRule.Fixed(0.1, 0.9), Optional.empty());
        KfacSettings adaptive = sampled.withAdaptiveDamping(0.1, DampingAdaptation.everyFifthStep());
        return Stream.of(
                fixed,
                fixed.withRule(
                        new StepRule.Fixed(2, 0.9), Optional.of(new NormConstraint(0.1, NormConstraint.Measure.EXACT))),
                fixed.withRule(
                        new StepRule.Averaged(2, 0.9),
                        Optional.of(new NormConstraint(0.1, NormConstraint.Measure.EXACT_STEP))),
                sampled.withRule(new StepRule.ExactRate(), Optional.empty()),
                sampled,
                adaptive.withWeightDecay(0.01),
                adaptive.withRule(new StepRule.Fixed(1.5, 0.9), Optional.empty())
                        .withRejection(true),
                adaptive.withCurvature(sampled.curvature()
                        .withDampingForm(DampingForm.FACTORED)
                        .withExecution(Execution.DETERMINISTIC, 3)),
                adaptive.withCurvature(
                        sampled.curvature().withStructure(Structure.EIGENVALUE_CORRECTED, DampingForm.EXACT)),
                adaptive.withCurvature(sampled.curvature()
                        .withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED)
                        .withExecution(Execution.DETERMINISTIC, 3)),
                adaptive.withCurvature(sampled.curvature()
                        .withDampingForm(DampingForm.FACTORED)
                        .withApplication(Application.LOW_RANK)),
                adaptive.withCurvature(
                        sampled.curvature().withWideLayers(new WideLayers(5, WideLayers.Form.DIAGONAL))));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void goesOnAsIfNothingHadHappened(KfacSettings settings) {
        List<StepReport> expected = new ArrayList<>();
        SupervisedTask whole = task(new CpuBackend());
        List<double[]> path = new ArrayList<>();
        try (Kfac kfac = whole.kfac(settings)) {
            for (int i = 0; i < STEPS; i++) {
                expected.add(kfac.step(whole.objective));
                path.add(whole.parameters());
            }
        }
        for (int stop : new int[] {0, 1, 4, 6, 9}) {
            SupervisedTask first = task(new CpuBackend());
            Map<String, double[]> state = new HashMap<>();
            try (Kfac kfac = first.kfac(settings)) {
                for (int i = 0; i < stop; i++) {
                    kfac.step(first.objective);
                }
                kfac.state().forEach((name, array) -> state.put(name, array.clone()));
                kfac.step(first.objective); // what was saved is a copy
            }
            SupervisedTask second = task(new CpuBackend());
            if (stop > 0) {
                second.setParameters(path.get(stop - 1));
            }
            try (Kfac kfac = second.kfac(settings)) {
                kfac.restore(state);
                for (int i = stop; i < STEPS; i++) {
                    StepReport report = kfac.step(second.objective);
                    String what = "step %d after a stop at %d, %s".formatted(i, stop, second.description);
                    assertThat(second.parameters()).as(what).containsExactly(path.get(i));
                    assertThat(untimed(report)).as(what).isEqualTo(untimed(expected.get(i)));
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
    void goesOnInDoublePrecision() {
        KfacSettings settings = KfacSettings.defaults();
        SupervisedTask whole = task(DoubleBackend.create());
        double[] halfway = {};
        Map<String, double[]> state = Map.of();
        try (Kfac kfac = whole.kfac(settings)) {
            for (int i = 0; i < 12; i++) {
                if (i == 6) {
                    halfway = whole.parameters();
                    state = kfac.state();
                }
                kfac.step(whole.objective);
            }
        }
        double[] end = whole.parameters();
        whole.setParameters(halfway);
        try (Kfac kfac = whole.kfac(settings)) {
            kfac.restore(state);
            for (int i = 6; i < 12; i++) {
                kfac.step(whole.objective);
            }
        }
        assertThat(whole.parameters()).as(whole.description).containsExactly(end);
    }

    @Test
    void aStateOfAnotherModelIsRefusedAndChangesNothing() {
        SupervisedTask task = task(new CpuBackend());
        SupervisedTask other = SupervisedTask.classification(new CpuBackend(), Activation.TANH, 16, SEED, 4, 7, 3);
        try (Kfac kfac = task.kfac(KfacSettings.defaults());
                Kfac stranger = other.kfac(KfacSettings.defaults())) {
            kfac.step(task.objective);
            stranger.step(other.objective);
            Map<String, double[]> before = kfac.state();
            assertThatThrownBy(() -> kfac.restore(stranger.state()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("saved \"velocity\": expected %d numbers, found %d", task.size(), other.size());
            assertThatThrownBy(() -> kfac.restore(without("optimizer", before)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the saved state has no \"optimizer\"");
            kfac.state().forEach((name, array) -> assertThat(array).as(name).containsExactly(before.get(name)));
        }
    }

    private static Map<String, double[]> without(String name, Map<String, double[]> state) {
        Map<String, double[]> part = new HashMap<>(state);
        part.remove(name);
        return part;
    }

    private static SupervisedTask task(Backend backend) {
        return SupervisedTask.classification(backend, Activation.TANH, 16, SEED, 4, 6, 3);
    }
}
