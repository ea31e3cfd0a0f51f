package kingfisher.optim.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each rule against its formula, written out in double precision, over some steps of a changing gradient. */
class OptimizerTest {

    private static final int STEPS = 6;
    private static final double RATE = 0.05;
    private static final double SCALE = 0.7;

    private final Backend backend = new CpuBackend();
    private final ParameterLayout layout =
            ParameterLayout.builder().add("w", 2, 3).add("b", 1, 3).build();
    private final ParameterVector parameters = new ParameterVector(backend, layout);

    @Test
    void adamFollowsItsFormula() {
        double[] w = new double[9];
        double[] m = new double[9];
        double[] v = new double[9];
        for (int t = 1; t <= STEPS; t++) {
            for (int i = 0; i < 9; i++) {
                double g = SCALE * gradient(t, i);
                m[i] = 0.9 * m[i] + 0.1 * g;
                v[i] = 0.999 * v[i] + 0.001 * g * g;
                double corrected = m[i] / (1 - Math.pow(0.9, t));
                w[i] -= RATE * corrected / (Math.sqrt(v[i] / (1 - Math.pow(0.999, t))) + 1e-5);
            }
        }
        assertThat(run(new Adam(parameters, 0.9, 0.999, 1e-5))).containsExactly(w, within(1e-6));
    }

    @ParameterizedTest
    @EnumSource(RmsPropForm.class)
    void rmsPropFollowsItsFormula(RmsPropForm form) {
        boolean inside = form == RmsPropForm.TENSORFLOW;
        double[] w = new double[9];
        double[] v = new double[9];
        Arrays.fill(v, inside ? 1 : 0);
        for (int t = 1; t <= STEPS; t++) {
            for (int i = 0; i < 9; i++) {
                double g = SCALE * gradient(t, i);
                v[i] = 0.99 * v[i] + 0.01 * g * g;
                w[i] -= RATE * g / (inside ? Math.sqrt(v[i] + 1e-3) : Math.sqrt(v[i]) + 1e-3);
            }
        }
        assertThat(run(new RmsProp(parameters, 0.99, 1e-3, form))).containsExactly(w, within(1e-6));
    }

    @Test
    void momentumFollowsItsFormula() {
        double[] w = new double[9];
        double[] v = new double[9];
        for (int t = 1; t <= STEPS; t++) {
            for (int i = 0; i < 9; i++) {
                v[i] = 0.9 * v[i] + SCALE * gradient(t, i);
                w[i] -= RATE * v[i];
            }
        }
        assertThat(run(new Sgd(parameters, 0.9))).containsExactly(w, within(1e-6));
    }

    @Test
    void restoredStateContinuesWithTheSameBits() {
        Adam whole = new Adam(parameters, 0.9, 0.999, 1e-8);
        double[] expected = run(whole);
        backend.fill(parameters.values(), 0);
        Adam first = new Adam(parameters, 0.9, 0.999, 1e-8);
        run(first, 1, 3);
        Adam second = new Adam(parameters, 0.9, 0.999, 1e-8);
        second.restoreSteps(first.steps());
        for (Map.Entry<String, ParameterVector> entry : first.state().entrySet()) {
            ParameterVector target = Objects.requireNonNull(second.state().get(entry.getKey()));
            backend.copy(entry.getValue().values(), target.values());
        }
        assertThat(run(second, 4, STEPS)).containsExactly(expected, within(0.0));
    }

    @Test
    void schedulesAndClipsFollowTheirFormulas() {
        assertThat(new Schedule.Constant(3).at(0.7)).isEqualTo(3);
        assertThat(new Schedule.Linear(3).at(0)).isEqualTo(3);
        assertThat(new Schedule.Linear(4).at(0.75)).isEqualTo(1);
        assertThat(new Schedule.Linear(4).at(1.5)).isZero();
        assertThat(GradientClip.scale(0.2, 0.5)).isEqualTo(1);
        assertThat(GradientClip.scale(2, 0.5)).isCloseTo(0.25, within(1e-6));
        assertThat(GradientClip.scale(0, 0.5)).isEqualTo(1);
    }

    private double[] run(Optimizer optimizer) {
        return run(optimizer, 1, STEPS);
    }

    private double[] run(Optimizer optimizer, int from, int to) {
        ParameterVector gradient = parameters.zerosLike();
        double[] values = new double[9];
        for (int t = from; t <= to; t++) {
            for (int i = 0; i < 9; i++) {
                values[i] = gradient(t, i);
            }
            backend.upload(values, gradient.values());
            optimizer.step(parameters, gradient, SCALE, RATE);
        }
        double[] result = new double[9];
        backend.download(parameters.values(), result);
        return result;
    }

    private static double gradient(int step, int index) {
        return Math.sin(step * 1.3 + index * 0.7);
    }
}
