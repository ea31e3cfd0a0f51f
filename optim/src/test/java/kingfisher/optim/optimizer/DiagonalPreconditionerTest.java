package kingfisher.optim.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Objects;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;

/** The rule against its formula, and what it does for a badly scaled problem. */
final class DiagonalPreconditionerTest {

    private final Backend backend = DoubleBackend.create();
    private final ParameterLayout layout =
            ParameterLayout.builder().add("w", 1, 3).build();
    private final ParameterVector parameters = new ParameterVector(backend, layout);

    private ParameterVector vector(double... values) {
        ParameterVector vector = new ParameterVector(backend, layout);
        backend.upload(values, vector.values());
        return vector;
    }

    private double[] values(ParameterVector vector) {
        double[] values = new double[3];
        backend.download(vector.values(), values);
        return values;
    }

    @Test
    void itDividesByTheDampedAverage() {
        DiagonalPreconditioner rule = new DiagonalPreconditioner(parameters, 0.5, 0.8);
        rule.observe(vector(1, 0, 100));
        rule.step(parameters, vector(3, -1, 7), 0.25, 0.1);
        double[] expected = {-0.1 * 0.25 * 3 / 1.5, 0.1 * 0.25 / 0.5, -0.1 * 0.25 * 7 / 100.5};
        assertThat(values(parameters)).containsExactly(expected, within(1e-15));
        rule.observe(vector(2, 5, 0));
        rule.step(parameters, vector(1, 1, 1), 1, 1);
        double[] diagonal = {0.8 * 1 + 0.2 * 2, 0.2 * 5, 0.8 * 100};
        for (int i = 0; i < 3; i++) {
            expected[i] -= 1 / (diagonal[i] + 0.5);
        }
        assertThat(values(parameters)).containsExactly(expected, within(1e-14));
        assertThat(rule.steps()).isEqualTo(2);
        assertThat(values(Objects.requireNonNull(rule.state().get("diagonal"))))
                .containsExactly(diagonal, within(1e-14));
    }

    /** Of {@code ½ Σ h_i w_i²}: with the exact diagonal all errors shrink alike, as by gradient descent where all h are 1. */
    @Test
    void itMakesABadlyScaledProblemAWellConditionedOne() {
        double[] h = {1e-3, 1, 1e3};
        backend.upload(new double[] {1, 1, 1}, parameters.values());
        DiagonalPreconditioner rule = new DiagonalPreconditioner(parameters, 1e-9, 0);
        rule.observe(vector(h));
        for (int step = 0; step < 10; step++) {
            double[] w = values(parameters);
            rule.step(parameters, vector(h[0] * w[0], h[1] * w[1], h[2] * w[2]), 1, 0.5);
        }
        double rest = Math.pow(0.5, 10);
        assertThat(values(parameters)).containsExactly(new double[] {rest, rest, rest}, within(1e-7));
    }

    @Test
    void muchDampingMakesGradientDescent() {
        double damping = 1e12;
        DiagonalPreconditioner rule = new DiagonalPreconditioner(parameters, damping, 0.9);
        rule.observe(vector(1, 10, 100));
        rule.step(parameters, vector(3, -1, 7), 1, 0.1 * damping);
        assertThat(values(parameters)).containsExactly(new double[] {-0.3, 0.1, -0.7}, within(1e-9));
    }

    @Test
    void restoredStateContinuesWithTheSameBits() {
        DiagonalPreconditioner first = new DiagonalPreconditioner(parameters, 0.5, 0.8);
        first.observe(vector(1, 2, 3));
        first.step(parameters, vector(1, 1, 1), 1, 0.1);
        double[] before = values(parameters);
        DiagonalPreconditioner second = new DiagonalPreconditioner(parameters, 0.5, 0.8);
        second.restoreSteps(first.steps());
        backend.copy(
                Objects.requireNonNull(first.state().get("diagonal")).values(),
                Objects.requireNonNull(second.state().get("diagonal")).values());
        first.observe(vector(4, 0, 2));
        first.step(parameters, vector(1, 2, 3), 1, 0.1);
        double[] expected = values(parameters);
        backend.upload(before, parameters.values());
        second.observe(vector(4, 0, 2));
        second.step(parameters, vector(1, 2, 3), 1, 0.1);
        assertThat(values(parameters)).containsExactly(expected);
        assertThat(second.steps()).isEqualTo(2);
    }

    @Test
    void withoutADiagonalThereIsNoStep() {
        DiagonalPreconditioner rule = new DiagonalPreconditioner(parameters, 0.5, 0.8);
        ParameterVector gradient = vector(1, 1, 1);
        assertThatThrownBy(() -> rule.step(parameters, gradient, 1, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the preconditioner has seen no diagonal");
        rule.restoreSteps(0);
        assertThatThrownBy(() -> rule.step(parameters, gradient, 1, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(values(parameters)).containsOnly(0);
        assertThat(rule.steps()).isZero();
    }

    @Test
    void numbersOutsideTheirRangesAreRefused() {
        assertRefused("damping must be positive and finite: 0.0", 0, 0.5);
        assertRefused("damping must be positive and finite: Infinity", Double.POSITIVE_INFINITY, 0.5);
        assertRefused("damping must be positive and finite: NaN", Double.NaN, 0.5);
        assertRefused("decay must be in [0, 1): -0.1", 1, -0.1);
        assertRefused("decay must be in [0, 1): 1.0", 1, 1);
    }

    private void assertRefused(String message, double damping, double decay) {
        assertThatThrownBy(() -> new DiagonalPreconditioner(parameters, damping, decay))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
