package kingfisher.optim.curvature;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.HyperDual;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every column of the operator against second derivatives of plain formulas, and against the Gauss-Newton matrix. */
final class HessianOperatorTest {

    private static final long SEED = 20261127;
    private static final double DOUBLE_ERROR = 1e-13;
    private static final double FLOAT_ERROR = 1e-6;
    private static final int BATCH = 5;
    private static final List<WeightedMetric> LOGITS =
            List.of(new NegativeLogLikelihood(Categorical.of(3)).weighted(1));
    private static final List<WeightedMetric> TWO_HEADS =
            List.of(new NegativeLogLikelihood(Categorical.of(4)).weighted(0.7), new SquaredError(1).weighted(0.3));

    private final Backend oracle = DoubleBackend.create();

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void columnsAreSecondDerivativesOfTheLoss(Activation activation) {
        assertColumns(oracle, activation, DOUBLE_ERROR);
        assertColumns(new CpuBackend(), activation, FLOAT_ERROR);
    }

    private static void assertColumns(Backend backend, Activation activation, double error) {
        ModelFixture fixture = ModelFixture.network(backend, activation, BATCH, SEED, 5, 4, 3);
        double[][] actual = Dense.of(crossEntropy(fixture));
        double[][] expected = new double[fixture.size()][fixture.size()];
        for (int b = 0; b < BATCH; b++) {
            int action = b % 3;
            Function<HyperDual[], HyperDual> loss = z -> Curvatures.crossEntropy(z, 0, 3, action);
            Dense.add(1.0 / BATCH, fixture.reference.hessian(fixture.values, fixture.inputs[b], loss), expected);
        }
        assertThat(Dense.error(actual, expected)).as(fixture.description).isLessThan(error);
        assertThat(Dense.error(actual, Dense.transposed(actual)))
                .as(fixture.description)
                .isLessThan(error);
    }

    /** Returns the operator of the mean cross entropy whose b-th action is b mod 3. */
    private static HessianOperator crossEntropy(ModelFixture fixture) {
        NetworkModel model = fixture.model();
        double[] actions = new double[BATCH];
        Arrays.setAll(actions, b -> b % 3);
        double[] minus = new double[BATCH];
        Arrays.fill(minus, -1);
        Categorical.of(3).addLogProbabilityGradient(BATCH, model.outputs(0), actions, minus, model.outputGradients(0));
        model.backward(1.0 / BATCH, fixture.parameters.zerosLike());
        return new HessianOperator(model, LOGITS);
    }

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void headsAndRowsAddUpWithTheirWeights(Activation activation) {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, activation, BATCH, SEED);
        double[] weights = {1, 0.5, 0, 2, 3};
        HessianOperator operator = new HessianOperator(model(fixture, weights), TWO_HEADS);
        operator.weightRows(weights);
        double[][] expected = new double[fixture.size()][fixture.size()];
        for (int b = 0; b < BATCH; b++) {
            int row = b;
            Function<HyperDual[], HyperDual> loss = z -> Curvatures.crossEntropy(z, 0, 4, row % 4)
                    .times(0.7)
                    .plus(Curvatures.squaredError(z, 4, 5, row - 2).times(0.3));
            Dense.add(weights[b] / 6.5, fixture.reference.hessian(fixture.values, fixture.inputs[b], loss), expected);
        }
        assertThat(Dense.error(Dense.of(operator), expected))
                .as(fixture.description)
                .isLessThan(DOUBLE_ERROR);
    }

    /** Returns the two-headed model after the backward pass of its weighted loss. */
    private static NetworkModel model(ModelFixture fixture, double[] weights) {
        NetworkModel model = fixture.model();
        double[] actions = new double[BATCH];
        double[] factors = new double[BATCH];
        for (int b = 0; b < BATCH; b++) {
            actions[b] = b % 4;
            factors[b] = -0.7 * weights[b];
            model.outputGradients(1)[b] = 0.3 * weights[b] * (model.outputs(1)[b] - (b - 2));
        }
        Categorical.of(4)
                .addLogProbabilityGradient(BATCH, model.outputs(0), actions, factors, model.outputGradients(0));
        model.backward(1 / 6.5, fixture.parameters.zerosLike());
        return model;
    }

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void productIsTheDifferenceOfGradients(Activation activation) {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, activation, BATCH, SEED);
        HessianOperator operator = new HessianOperator(model(fixture, Curvatures.ones(BATCH)), TWO_HEADS);
        double[] vector = fixture.uniform(fixture.size());
        double[] product = new double[fixture.size()];
        operator.apply(vector, product);
        double h = 1e-5;
        double[] above = gradient(fixture, vector, h);
        double[] below = gradient(fixture, vector, -h);
        double[] expected = new double[product.length];
        Arrays.setAll(expected, i -> (above[i] - below[i]) / (2 * h));
        assertThat(Dense.error(product, expected)).as(fixture.description).isLessThan(1e-8);
    }

    private static double[] gradient(ModelFixture fixture, double[] vector, double step) {
        double[] moved = fixture.values.clone();
        Arrays.setAll(moved, i -> moved[i] + step * vector[i]);
        fixture.backend.upload(moved, fixture.parameters.values());
        NetworkModel model = model(fixture, Curvatures.ones(BATCH));
        ParameterVector gradient = fixture.parameters.zerosLike();
        model.backward(1.0 / BATCH, gradient);
        fixture.backend.upload(fixture.values, fixture.parameters.values());
        return fixture.download(gradient);
    }

    @Test
    void isTheGaussNewtonMatrixWhereOutputsAreLinearInTheParameters() {
        ModelFixture layer = ModelFixture.network(oracle, Activation.IDENTITY, BATCH, SEED, 5, 3);
        assertThat(Dense.error(hessianOfSquaredErrors(layer), gaussNewtonOfSquaredErrors(layer)))
                .as(layer.description)
                .isLessThan(DOUBLE_ERROR);
        // two linear layers multiply their weights: the outputs are no longer linear in all of them together
        ModelFixture deep = ModelFixture.network(oracle, Activation.IDENTITY, BATCH, SEED, 5, 4, 3);
        assertThat(Dense.error(hessianOfSquaredErrors(deep), gaussNewtonOfSquaredErrors(deep)))
                .as(deep.description)
                .isGreaterThan(0.1);
    }

    @Test
    void blocksOfLayersAreThoseOfGaussNewtonWhereActivationsArePiecewiseLinear() {
        for (Activation activation : List.of(Activation.RELU, Activation.IDENTITY)) {
            ModelFixture fixture = ModelFixture.network(oracle, activation, BATCH, SEED, 5, 4, 3);
            assertThat(blockError(fixture)).as(fixture.description).isLessThan(DOUBLE_ERROR);
        }
        ModelFixture curved = ModelFixture.network(oracle, Activation.TANH, BATCH, SEED, 5, 4, 3);
        assertThat(blockError(curved)).as(curved.description).isGreaterThan(0.01);
    }

    /** Compares what lies within one layer. */
    private static double blockError(ModelFixture fixture) {
        double[][] hessian = Dense.of(crossEntropy(fixture));
        double[][] gaussNewton = Dense.of(new GaussNewtonOperator(fixture.model(), LOGITS));
        ParameterLayout layout = fixture.parameters.layout();
        int border = layout.entries().get(layout.index("output.weight")).offset();
        for (int i = 0; i < border; i++) {
            for (int j = border; j < fixture.size(); j++) {
                hessian[i][j] = 0;
                hessian[j][i] = 0;
                gaussNewton[i][j] = 0;
                gaussNewton[j][i] = 0;
            }
        }
        return Dense.error(hessian, gaussNewton);
    }

    private static double[][] hessianOfSquaredErrors(ModelFixture fixture) {
        NetworkModel model = fixture.model();
        double[] gradients = model.outputGradients(0);
        Arrays.setAll(gradients, i -> model.outputs(0)[i] - Math.sin(i));
        model.backward(1.0 / BATCH, fixture.parameters.zerosLike());
        return Dense.of(new HessianOperator(model, List.of(new SquaredError(3).weighted(1))));
    }

    private static double[][] gaussNewtonOfSquaredErrors(ModelFixture fixture) {
        return Dense.of(new GaussNewtonOperator(fixture.model(), List.of(new SquaredError(3).weighted(1))));
    }

    @Test
    void otherProductsOnTheSameModelDoNotDisturbIt() {
        ModelFixture fixture = ModelFixture.twoHeads(oracle, Activation.TANH, BATCH, SEED);
        NetworkModel model = model(fixture, Curvatures.ones(BATCH));
        HessianOperator operator = new HessianOperator(model, TWO_HEADS);
        double[] vector = fixture.uniform(fixture.size());
        double[] before = new double[fixture.size()];
        operator.apply(vector, before);
        new GaussNewtonOperator(model, TWO_HEADS).apply(fixture.uniform(fixture.size()), new double[fixture.size()]);
        double[] after = new double[fixture.size()];
        operator.apply(vector, after);
        assertThat(after).as(fixture.description).containsExactly(before);
    }
}
