package kingfisher.optim.proximal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.kfac.CountingModel.Passes;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.newton.GradientMinimizer;
import kingfisher.optim.newton.LimitedMemoryBfgs;
import kingfisher.optim.newton.MinimizerSettings;
import kingfisher.optim.newton.ModelFunction;
import kingfisher.optim.optimizer.Sgd;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;

/** Updates that minimize the proximal objective step by step. */
final class ProximalDescentTest {

    private static final long SEED = 20261205;

    private final Backend exact = DoubleBackend.create();

    @Test
    void manyStepsFindTheMinimum() {
        ProximalTask task = new ProximalTask(exact, true, 4, 6, SEED);
        ProximalObjective objective = task.objective(3, 2);
        objective.anchor();
        double[] expected = task.fixture.values.clone();
        new GradientMinimizer(
                        ModelFunction.of(objective, task.fixture.parameters),
                        new LimitedMemoryBfgs(expected.length, 10),
                        MinimizerSettings.quasiNewton(500, 1e-12))
                .minimize(expected);
        task.setParameters(task.fixture.values);
        ProximalDescent descent =
                new ProximalDescent(objective, task.fixture.parameters, new Sgd(task.fixture.parameters, 0));
        double value = descent.update(2000, 0.1);
        Dense.assertClose(task.fixture.description, task.parameters(), expected, 1e-9);
        assertThat(value).isCloseTo(objective.evaluate(), within(1e-13));
        assertThat(value).isLessThan(task.loss(task.fixture.values));
    }

    @Test
    void theFirstStepIsThatOfTheLossAlone() {
        ProximalTask task = new ProximalTask(exact, false, 4, 6, SEED);
        ProximalDescent descent =
                new ProximalDescent(task.objective(3, 2), task.fixture.parameters, new Sgd(task.fixture.parameters, 0));
        assertThat(descent.update(1, 0.1)).isCloseTo(task.loss(task.fixture.values), within(1e-13));
        Dense.assertClose(
                task.fixture.description,
                task.parameters(),
                Dense.add(task.fixture.values, Dense.scale(-0.1, task.gradient())),
                1e-13);
    }

    @Test
    void eachUpdateHasAnAnchorOfItsOwn() {
        ProximalTask task = new ProximalTask(exact, true, 4, 6, SEED);
        ProximalObjective objective = task.objective(1, 1);
        ProximalDescent descent =
                new ProximalDescent(objective, task.fixture.parameters, new Sgd(task.fixture.parameters, 0));
        descent.update(5, 0.1);
        double[] first = task.parameters();
        assertThat(task.lossModel.take()).isEqualTo(new Passes(5, 5, 0, 0, 0, 0));
        assertThat(task.proximityModel.take()).isEqualTo(new Passes(6, 5, 0, 0, 0, 0));
        descent.update(5, 0.1);
        objective.returnToAnchor();
        assertThat(task.parameters()).isEqualTo(first);
        assertThat(descent.update(0, 0.1)).isNaN();
        assertThat(task.parameters()).isEqualTo(first);
    }
}
