package kingfisher.optim.proximal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.FisherOperator;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.kfac.CountingModel.Passes;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Equations (10) and (11) against plain loops and central differences. */
final class ProximalObjectiveTest {

    private static final long SEED = 20261203;
    private static final double FUNCTION = 1.7;
    private static final double WEIGHT = 0.3;

    private final Backend exact = DoubleBackend.create();

    private static double[] moved(ProximalTask task, double by) {
        double[] w = task.fixture.values.clone();
        double[] direction = task.fixture.uniform(w.length);
        Arrays.setAll(w, i -> w[i] + by * direction[i]);
        return w;
    }

    private static double weightDistance(double[] w, double[] anchor) {
        double sum = 0;
        for (int i = 0; i < w.length; i++) {
            sum += 0.5 * Math.pow(w[i] - anchor[i], 2);
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itsTermsAreThoseOfTheDefinition(boolean categorical) {
        ProximalTask task = new ProximalTask(exact, categorical, 4, 6, SEED);
        task.proximityWeights = new double[] {1, 0, 2, 0.5, 3, 1};
        task.proximity.rowWeights().set(task.proximityWeights);
        ProximalObjective objective = task.objective(FUNCTION, WEIGHT);
        double[] anchor = task.fixture.values;
        double[] w = moved(task, 0.3);
        objective.anchor();
        task.setParameters(w);
        double loss = task.loss(w);
        double function = task.proximity(w, anchor, task.lossRows, task.proximityWeights);
        double weight = weightDistance(w, anchor);
        double expected = loss + FUNCTION * function + WEIGHT * weight;
        assertThat(objective.evaluate()).as(task.fixture.description).isCloseTo(expected, within(1e-13));
        assertThat(objective.loss()).isCloseTo(loss, within(1e-13));
        assertThat(objective.functionDistance()).isCloseTo(function, within(1e-13));
        assertThat(objective.weightDistance()).isCloseTo(weight, within(1e-13));
        assertThat(function).isGreaterThan(1e-3);
        assertThat(objective.evaluate(task.fixture.parameters.zerosLike())).isEqualTo(objective.evaluate());
        assertThat(objective.targets()).containsExactly(task.targets);
        objective.returnToAnchor();
        assertThat(task.parameters()).isEqualTo(anchor);
        assertThat(objective.evaluate()).isCloseTo(task.loss(anchor), within(1e-13));
        assertThat(objective.functionDistance()).isZero();
        assertThat(objective.weightDistance()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itsGradientIsThatOfItsValue(boolean categorical) {
        ProximalTask task = new ProximalTask(exact, categorical, 4, 6, SEED);
        task.proximity.rowWeights().set(new double[] {1, 0, 2, 0.5, 3, 1});
        for (ProximalObjective objective :
                List.of(task.objective(FUNCTION, WEIGHT), task.sharing(FUNCTION, WEIGHT), task.objective(0, WEIGHT))) {
            task.setParameters(task.fixture.values);
            objective.anchor();
            double[] w = moved(task, 0.3);
            task.setParameters(w);
            ParameterVector gradient = task.fixture.parameters.zerosLike();
            objective.evaluate(gradient);
            double[] found = task.fixture.download(gradient);
            double[] differences = new double[w.length];
            for (int i = 0; i < w.length; i++) {
                double h = 1e-5;
                double[] shifted = w.clone();
                shifted[i] += h;
                task.setParameters(shifted);
                double up = objective.evaluate();
                shifted[i] -= 2 * h;
                task.setParameters(shifted);
                differences[i] = (up - objective.evaluate()) / (2 * h);
            }
            assertThat(Dense.error(found, differences))
                    .as(task.fixture.description)
                    .isLessThan(1e-8);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSharedBatchGivesTheSameWithFewerPasses(boolean categorical) {
        ProximalTask task = new ProximalTask(exact, categorical, 5, 5, SEED);
        task.proximity.setBatch(task.input(0, 5));
        ProximalObjective apart = task.objective(FUNCTION, WEIGHT);
        ProximalObjective together = task.sharing(FUNCTION, WEIGHT);
        apart.anchor();
        together.anchor();
        task.setParameters(moved(task, 0.2));
        ParameterVector one = task.fixture.parameters.zerosLike();
        ParameterVector other = task.fixture.parameters.zerosLike();
        assertThat(together.evaluate(one)).isCloseTo(apart.evaluate(other), within(1e-14));
        assertThat(Dense.error(task.fixture.download(one), task.fixture.download(other)))
                .isLessThan(1e-13);
        assertThat(together.functionDistance()).isCloseTo(apart.functionDistance(), within(1e-15));
        assertThat(together.evaluate()).isEqualTo(together.evaluate(one));
        assertThat(together.targets()).containsExactly(task.targets);
    }

    /** Section 3: 2K passes on B and 2K + 1 on B′; 2K + 1 where both are one. */
    @Test
    void anUpdateCostsAsManyPassesAsTheChapterSays() {
        ProximalTask task = new ProximalTask(exact, true, 4, 6, SEED);
        ParameterVector gradient = task.fixture.parameters.zerosLike();
        int k = 7;
        ProximalObjective objective = task.objective(FUNCTION, WEIGHT);
        objective.anchor();
        for (int i = 0; i < k; i++) {
            objective.evaluate(gradient);
        }
        assertThat(task.lossModel.take()).isEqualTo(new Passes(k, k, 0, 0, 0, 0));
        assertThat(task.proximityModel.take()).isEqualTo(new Passes(k + 1, k, 0, 0, 0, 0));
        objective.evaluate();
        assertThat(task.lossModel.take()).isEqualTo(new Passes(1, 0, 0, 0, 0, 0));
        assertThat(task.proximityModel.take()).isEqualTo(new Passes(1, 0, 0, 0, 0, 0));

        ProximalObjective sharing = task.sharing(FUNCTION, WEIGHT);
        sharing.anchor();
        for (int i = 0; i < k; i++) {
            sharing.evaluate(gradient);
        }
        assertThat(task.lossModel.take()).isEqualTo(new Passes(k + 1, k, 0, 0, 0, 0));
        sharing.evaluate();
        assertThat(task.lossModel.take()).isEqualTo(new Passes(1, 0, 0, 0, 0, 0));
        assertThat(task.proximityModel.take()).isEqualTo(new Passes(0, 0, 0, 0, 0, 0));
    }

    @Test
    void withoutFunctionSpaceProximityNothingIsRunForIt() {
        ProximalTask task = new ProximalTask(exact, true, 4, 6, SEED);
        for (ProximalObjective objective : List.of(task.objective(0, WEIGHT), task.sharing(0, WEIGHT))) {
            objective.anchor();
            assertThat(task.lossModel.take()).isEqualTo(new Passes(0, 0, 0, 0, 0, 0));
            objective.evaluate();
            objective.evaluate(task.fixture.parameters.zerosLike());
            assertThat(objective.functionDistance()).isZero();
            assertThat(task.lossModel.take()).isEqualTo(new Passes(2, 1, 0, 0, 0, 0));
            assertThat(task.proximityModel.take()).isEqualTo(new Passes(0, 0, 0, 0, 0, 0));
        }
    }

    /** A Gaussian policy's head counts, the value's beside it does not. */
    @Test
    void itsHessianAtTheAnchorIsTheFisherMatrix() {
        ModelFixture fixture = ModelFixture.twoHeads(exact, Activation.TANH, 5, SEED);
        NetworkModel model = fixture.unused(5);
        List<WeightedMetric> metrics = List.of(
                new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(1.5), new SquaredError(1).weighted(0));
        FunctionProximity proximity = new FunctionProximity(model, metrics);
        proximity.rowWeights().set(new double[] {1, 2, 0, 0.5, 1});
        Matrix input = exact.allocate(5, 4);
        for (int b = 0; b < 5; b++) {
            exact.upload(fixture.inputs[b], input.rowRange(b, 1));
        }
        proximity.setBatch(input);
        proximity.anchor();
        FisherOperator operator = new FisherOperator(model, metrics);
        operator.weightRows(new double[] {1, 2, 0, 0.5, 1});
        double[][] fisher = Dense.of(operator);
        double[][] differences = new double[fixture.size()][fixture.size()];
        double h = 1e-5;
        for (int j = 0; j < fixture.size(); j++) {
            double[] up = gradient(proximity, fixture, j, h);
            double[] down = gradient(proximity, fixture, j, -h);
            for (int i = 0; i < up.length; i++) {
                differences[i][j] = (up[i] - down[i]) / (2 * h);
            }
        }
        assertThat(Dense.error(differences, fisher)).as(fixture.description).isLessThan(1e-8);
        assertThat(fisher[fixture.size() - 1][fixture.size() - 1])
                .as("of the value's bias")
                .isZero();
    }

    private static double[] gradient(FunctionProximity proximity, ModelFixture fixture, int index, double h) {
        double[] w = fixture.values.clone();
        w[index] += h;
        fixture.backend.upload(w, fixture.parameters.values());
        ParameterVector gradient = fixture.parameters.zerosLike();
        proximity.forward();
        proximity.backward(1, gradient);
        return fixture.download(gradient);
    }

    @Test
    void itWorksInFloatToo() {
        ProximalTask task = new ProximalTask(new CpuBackend(), true, 4, 6, SEED);
        ProximalObjective objective = task.objective(FUNCTION, WEIGHT);
        objective.anchor();
        double[] w = moved(task, 0.25);
        task.setParameters(w);
        double[] held = task.parameters();
        double expected = task.loss(held)
                + FUNCTION * task.proximity(held, task.fixture.values, task.lossRows, task.proximityWeights)
                + WEIGHT * weightDistance(held, task.fixture.values);
        assertThat(objective.evaluate()).isCloseTo(expected, within(2e-6));
    }

    @Test
    void evaluationsAllocateNothing() {
        ProximalTask task = new ProximalTask(new CpuBackend(), true, 4, 6, SEED);
        ParameterVector gradient = task.fixture.parameters.zerosLike();
        for (ProximalObjective objective : List.of(task.objective(FUNCTION, WEIGHT), task.sharing(FUNCTION, WEIGHT))) {
            objective.anchor();
            assertThat(Allocations.during(300, () -> {
                        objective.anchor();
                        objective.evaluate(gradient);
                        objective.evaluate();
                    }))
                    .isZero();
        }
    }

    @Test
    void whatIsMissingOrDoesNotFitIsNamed() {
        ProximalTask task = new ProximalTask(exact, true, 4, 6, SEED);
        ProximalObjective objective = task.objective(FUNCTION, WEIGHT);
        for (Runnable early : List.<Runnable>of(
                objective::evaluate,
                () -> objective.evaluate(task.fixture.parameters.zerosLike()),
                objective::returnToAnchor)) {
            assertThatThrownBy(early::run)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the objective has no anchor yet");
        }
        assertThat(objective.loss()).isNaN();
        assertThat(objective.functionDistance()).isNaN();
        assertThat(objective.weightDistance()).isNaN();
        FunctionProximity bare = new FunctionProximity(task.proximityModel, task.metrics);
        assertThatThrownBy(bare::anchor)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the proximity has no batch yet");
        assertThatThrownBy(() -> bare.setBatch(task.input(0, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model is for 6 rows, found 4");
        assertThatThrownBy(() -> new FunctionProximity(task.proximityModel, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the model has 1 heads, found 0 metrics");
        assertRefused("the function-space proximity must be finite and not negative: -1.0", -1, 0);
        assertRefused("the function-space proximity must be finite and not negative: NaN", Double.NaN, 0);
        assertRefused("the weight-space proximity must be finite and not negative: -0.1", 0, -0.1);
        assertRefused("the weight-space proximity must be finite and not negative: Infinity", 0, 1 / 0.0);
        assertThat(new ProximityWeights(0, 0)).isEqualTo(new ProximityWeights(0, 0));
    }

    private static void assertRefused(String message, double function, double weight) {
        assertThatThrownBy(() -> new ProximityWeights(function, weight))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    /** What optimizers and curvature do with a model, they may do with the one that shares its passes. */
    @Test
    void theSharedModelIsTheModelButForItsBackwardPasses() {
        ProximalTask task = new ProximalTask(exact, true, 4, 6, SEED);
        SharedPassModel shared =
                new SharedPassModel(task.lossModel, new FunctionProximity(task.lossModel, task.metrics), 0);
        assertThat(shared.batch()).isEqualTo(4);
        assertThat(shared.heads()).isEqualTo(1);
        assertThat(shared.width(0)).isEqualTo(3);
        assertThat(shared.parameters()).isSameAs(task.fixture.parameters);
        assertThat(shared.outputs(0)).isSameAs(task.lossModel.outputs(0));
        assertThat(shared.outputTangents(0)).isSameAs(task.lossModel.outputTangents(0));
        assertThat(shared.outputCotangents(0)).isSameAs(task.lossModel.outputCotangents(0));
        assertThat(shared.outputGradients(0)).isSameAs(task.lossModel.outputGradients(0));
        assertThat(shared.layers()).isSameAs(task.lossModel.layers());
        assertThat(shared.rowParameters()).isEqualTo(task.lossModel.rowParameters());
        ParameterVector vector = task.fixture.vector(task.fixture.uniform(task.fixture.size()));
        ParameterVector product = task.fixture.parameters.zerosLike();
        shared.forward(task.input(0, 4));
        shared.backward(1, product);
        shared.pushForward(vector);
        shared.pullBack(1, product);
        shared.pullBackToLayers();
        shared.backwardTangent(1, product);
        assertThat(task.lossModel.take()).isEqualTo(new Passes(1, 1, 1, 1, 1, 1));
    }
}
