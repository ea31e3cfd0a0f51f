package kingfisher.optim.kfac;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.ReductionRatio.Outcome;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps that are taken back, and steps that fail. */
final class FailureTest {

    private static final KfacSettings MOMENTUM = KfacSettings.defaults()
            .withRule(new StepRule.Fixed(0.05, 0.9), Optional.empty())
            .withConstantDamping(0.1);
    private static final StepRule MUCH_TOO_LONG = new StepRule.Fixed(1e4, 0.9);

    private final SupervisedTask task =
            SupervisedTask.classification(new CpuBackend(), Activation.TANH, 16, 20261203, 4, 6, 3);

    /** The task's objective with something broken. */
    private final class Broken implements Objective {
        DoubleUnaryOperator before = loss -> loss;
        DoubleUnaryOperator after = loss -> loss;
        Consumer<ParameterVector> slope = gradient -> {};

        @Override
        public double evaluate() {
            return after.applyAsDouble(task.objective.evaluate());
        }

        @Override
        public double evaluate(ParameterVector gradient) {
            double loss = before.applyAsDouble(task.objective.evaluate(gradient));
            slope.accept(gradient);
            return loss;
        }
    }

    @Test
    void aStepThatRaisesTheLossIsTakenBack() {
        KfacSettings settings = MOMENTUM.withAdaptiveDamping(0.1, DampingAdaptation.everyFifthStep())
                .withRejection(true);
        try (Kfac kfac = task.kfac(settings)) {
            kfac.step(task.objective);
            assertThat(kfac.step(task.objective).accepted()).isTrue();
            assertThat(task.state(kfac, "velocity")).isNotEqualTo(new double[task.size()]);
            double[] w = task.parameters();
            double damping = kfac.damping();
            StepReport report = kfac.step(task.objective, MUCH_TOO_LONG);
            assertThat(report.accepted()).isFalse();
            assertThat(report.newLoss()).isGreaterThan(report.loss());
            assertThat(task.parameters()).containsExactly(w);
            assertThat(kfac.damping())
                    .as("λ grows although its turn has not come")
                    .isEqualTo(damping / DampingAdaptation.everyFifthStep().factor());
            assertThat(report.damping()).isEqualTo(damping);
            assertThat(report.ratio()).as("nothing was predicted").isNull();
            assertThat(task.state(kfac, "velocity")).containsExactly(new double[task.size()]);
            StepReport next = kfac.step(task.objective);
            assertThat(next.accepted()).isTrue();
            assertThat(next.loss()).isEqualTo(report.loss());
            assertThat(next.momentum()).as("there is no step before").isZero();
            assertThat(next.step()).isEqualTo(3);
        }
    }

    @Test
    void aStepThatRaisesTheLossCountsWithoutRejection() {
        KfacSettings settings = MOMENTUM.withAdaptiveDamping(0.1, DampingAdaptation.everyStep());
        try (Kfac kfac = task.kfac(settings)) {
            double[] w = task.parameters();
            StepReport report = kfac.step(task.objective, MUCH_TOO_LONG);
            assertThat(report.newLoss()).isGreaterThan(report.loss());
            assertThat(report.accepted()).isTrue();
            assertThat(task.parameters()).isNotEqualTo(w);
            assertThat(kfac.damping()).isGreaterThan(0.1);
        }
    }

    @Test
    void aRejectedStepLeavesAConstantDampingAlone() {
        try (Kfac kfac = task.kfac(MOMENTUM.withRejection(true))) {
            double[] w = task.parameters();
            assertThat(kfac.step(task.objective, MUCH_TOO_LONG).accepted()).isFalse();
            assertThat(task.parameters()).containsExactly(w);
            assertThat(kfac.damping()).isEqualTo(0.1);
        }
    }

    @Test
    void everyStepLowersTheLossWithRejection() {
        KfacSettings settings = MOMENTUM.withRule(new StepRule.Fixed(3, 0.9), Optional.empty())
                .withAdaptiveDamping(1e-3, DampingAdaptation.everyStep())
                .withRejection(true);
        int rejected = 0;
        try (Kfac kfac = task.kfac(settings)) {
            double last = Double.POSITIVE_INFINITY;
            for (int i = 0; i < 60; i++) {
                StepReport report = kfac.step(task.objective);
                assertThat(report.loss()).as("step %d, %s", i, task.description).isLessThanOrEqualTo(last);
                rejected += report.accepted() ? 0 : 1;
                last = report.loss();
            }
        }
        assertThat(rejected).as(task.description).isBetween(1, 59);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void aStepToALossThatIsNotFiniteIsTakenBack(double newLoss) {
        for (boolean rejects : new boolean[] {false, true}) {
            KfacSettings settings = MOMENTUM.withAdaptiveDamping(0.1, DampingAdaptation.everyStep())
                    .withRejection(rejects);
            try (Kfac kfac = task.kfac(settings)) {
                kfac.step(task.objective);
                double[] w = task.parameters();
                double damping = kfac.damping();
                Broken broken = new Broken();
                broken.after = loss -> newLoss;
                StepReport report = kfac.step(broken);
                assertThat(report.accepted()).isFalse();
                assertThat(Double.compare(report.newLoss(), newLoss)).isZero();
                assertThat(requireNonNull(report.ratio()).outcome()).isEqualTo(Outcome.NOT_FINITE);
                assertThat(task.parameters()).containsExactly(w);
                assertThat(kfac.damping()).isGreaterThan(damping);
                assertThat(task.state(kfac, "velocity")).containsExactly(new double[task.size()]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void aLossThatIsNotFiniteFailsTheStepAndChangesNothing(double loss) {
        try (Kfac kfac = task.kfac(MOMENTUM)) {
            kfac.step(task.objective);
            Broken broken = new Broken();
            broken.before = ignored -> loss;
            assertFailsWithoutTrace(kfac, broken, "the loss is %s at step 1".formatted(loss));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"net.0.weight", "net.0.bias", "output.weight", "output.bias"})
    void aGradientThatIsNotFiniteFailsTheStepAndChangesNothing(String name) {
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            try (Kfac kfac = task.kfac(MOMENTUM)) {
                kfac.step(task.objective);
                Broken broken = new Broken();
                broken.slope = gradient -> task.backend.fill(gradient.view(name), value);
                assertFailsWithoutTrace(kfac, broken, "the gradient of %s is not finite".formatted(name));
            }
        }
    }

    private void assertFailsWithoutTrace(Kfac kfac, Objective broken, String message) {
        double[] w = task.parameters();
        Map<String, double[]> state = kfac.state();
        assertThatThrownBy(() -> kfac.step(broken))
                .isInstanceOf(NumericalFailureException.class)
                .hasMessage(message);
        assertThat(task.parameters()).containsExactly(w);
        assertThat(kfac.state())
                .as("no average, counter or velocity has changed")
                .containsOnlyKeys(state.keySet());
        kfac.state().forEach((key, array) -> assertThat(array).as(key).containsExactly(state.get(key)));
        assertThat(kfac.step(task.objective).step()).isEqualTo(1);
    }

    @Test
    void aStepThatOverflowsFailsAndLeavesTheParameters() {
        try (Kfac kfac = task.kfac(MOMENTUM)) {
            kfac.step(task.objective);
            double[] w = task.parameters();
            double[] velocity = task.state(kfac, "velocity");
            assertThatThrownBy(() -> kfac.step(task.objective, new StepRule.Fixed(1e300, 0)))
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessageStartingWith("step 1 is not finite (rate 1.0E300, momentum 0.0, damping 0.1)");
            assertThat(task.parameters()).containsExactly(w);
            assertThat(task.state(kfac, "velocity")).containsExactly(velocity);
            assertThat(kfac.step(task.objective).step()).isEqualTo(1);
        }
    }

    @Test
    void modelsOfOtherParametersAreRefused() {
        SupervisedTask other = SupervisedTask.classification(task.backend, Activation.TANH, 16, 1, 4, 6, 3);
        assertThatThrownBy(() -> new Kfac(MOMENTUM, task.model, other.model, task.metrics, 1, new Workers(1)).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the models of statistics and products have different parameters");
        assertThatThrownBy(() -> Kfac.of(MOMENTUM, task.model, List.of(), 1, new Workers(1))
                        .close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model has 1 heads, found 0 metrics");
    }
}
