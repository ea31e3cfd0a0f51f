package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;

final class SupervisedObjectiveTest {

    private static final long SEED = 20261207;

    @Test
    void isTheWeightedMeanOverTheRows() {
        for (boolean classification : new boolean[] {false, true}) {
            for (Backend backend : new Backend[] {DoubleBackend.create(), new CpuBackend()}) {
                double bound = backend.precision() == Precision.DOUBLE ? 1e-13 : 2e-6;
                SupervisedTask task = classification
                        ? SupervisedTask.classification(backend, Activation.TANH, 5, SEED, 4, 5, 3)
                        : SupervisedTask.regression(backend, Activation.TANH, 5, SEED, 4, 5, 3);
                assertIsDense(task, bound);
                task.rowWeights = new double[] {1, 0, 2.5, 0.5, 3};
                task.objective.rowWeights().set(task.rowWeights);
                assertIsDense(task, bound);
            }
        }
    }

    private static void assertIsDense(SupervisedTask task, double bound) {
        double[] w = task.parameters();
        ParameterVector gradient = task.parameters.zerosLike();
        double loss = task.objective.evaluate(gradient);
        assertThat(loss).as(task.description).isCloseTo(task.loss(w), within(bound));
        assertThat(task.objective.evaluate()).isEqualTo(loss);
        assertThat(Dense.error(task.fixture.download(gradient), task.gradient(w)))
                .as(task.description)
                .isLessThan(bound);
    }

    @Test
    void headsCountByTheirWeights() {
        ModelFixture fixture = ModelFixture.twoHeads(DoubleBackend.create(), Activation.TANH, 3, SEED);
        NetworkModel model = fixture.model();
        Matrix input = fixture.backend.allocate(3, 4);
        for (int b = 0; b < 3; b++) {
            fixture.backend.upload(fixture.inputs[b], input.rowRange(b, 1));
        }
        double[] actions = fixture.uniform(6);
        double[] values = fixture.uniform(3);
        double first = loss(model, input, actions, values, 1, 0);
        double second = loss(model, input, actions, values, 0, 1);
        double expected = 0;
        for (int b = 0; b < 3; b++) {
            double[] z = fixture.reference.outputs(fixture.values, fixture.inputs[b]);
            expected += 0.5 * Math.pow(z[4] - values[b], 2) / 3;
        }
        assertThat(second).isCloseTo(expected, within(1e-14));
        assertThat(loss(model, input, actions, values, 2, 0.5)).isCloseTo(2 * first + 0.5 * second, within(1e-13));
    }

    private static double loss(
            NetworkModel model, Matrix input, double[] actions, double[] values, double first, double second) {
        SupervisedObjective objective = new SupervisedObjective(
                model,
                List.of(
                        new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(first),
                        new SquaredError(1).weighted(second)));
        objective.setBatch(input, List.of(actions, values));
        return objective.evaluate();
    }

    @Test
    void refusesABatchThatDoesNotFit() {
        SupervisedTask task = SupervisedTask.regression(new CpuBackend(), Activation.TANH, 5, SEED, 4, 3);
        SupervisedObjective objective = new SupervisedObjective(task.model, task.metrics);
        assertThatThrownBy(objective::evaluate)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the objective has no batch yet");
        assertThatThrownBy(() -> objective.setBatch(task.input.rowRange(0, 4), List.of(task.targets)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model is for 5 rows, found 4");
        assertThatThrownBy(() -> objective.setBatch(task.input, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model has 1 heads, found targets of 0");
        assertThatThrownBy(() -> objective.setBatch(task.input, List.of(new double[14])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("targets of head 0: expected 15 numbers, found 14");
        assertThat(objective.targets()).isEmpty();
        objective.setBatch(task.input, List.of(task.targets));
        assertThat(objective.targets()).containsExactly(task.targets);
    }
}
