package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.OutputMetric;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.Bernoulli;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Networks that differ by affine maps of their inputs and of hidden units without activation compute the same functions,
 * and still do after steps of undamped K-FAC (Martens and Grosse 2015, section 10); not after gradient descent.
 */
final class AffineInvarianceTest {

    private static final long SEED = 20261128;
    private static final int BATCH = 40;
    private static final double NO_DAMPING = 1e-30;
    private static final List<DenseLayer> LAYERS = List.of(
            new DenseLayer("linear.0", 4, 3, Activation.IDENTITY),
            new DenseLayer("tanh", 3, 5, Activation.TANH),
            new DenseLayer("linear.1", 5, 2, Activation.IDENTITY),
            new DenseLayer("output", 2, 3, Activation.IDENTITY));

    private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(SEED);
    private final Backend backend = DoubleBackend.create();

    /** {@code y' = yP + c}. */
    private static final class AffineMap {
        final double[][] matrix;
        final double[] shift;

        AffineMap(double[][] matrix, double[] shift) {
            this.matrix = matrix;
            this.shift = shift;
        }

        static AffineMap none(int size) {
            double[][] identity = new double[size][size];
            for (int i = 0; i < size; i++) {
                identity[i][i] = 1;
            }
            return new AffineMap(identity, new double[size]);
        }

        double[] of(double[] y) {
            double[] mapped = shift.clone();
            for (int i = 0; i < y.length; i++) {
                for (int j = 0; j < y.length; j++) {
                    mapped[j] += y[i] * matrix[i][j];
                }
            }
            return mapped;
        }
    }

    /** A network with its batch: rows of inputs and targets, at which it has one head. */
    private final class Learner {
        final ParameterVector parameters;
        final NetworkModel model;
        final Matrix input;
        final List<WeightedMetric> metrics;
        final SupervisedObjective objective;

        Learner(double[] values, double[][] inputs, OutputMetric metric, double[] targets) {
            ParameterLayout.Builder layout = ParameterLayout.builder();
            LAYERS.forEach(layer -> layer.declare(layout));
            this.parameters = new ParameterVector(backend, layout.build());
            backend.upload(values, parameters.values());
            this.model = NetworkModel.of(BATCH, new Mlp(LAYERS, parameters));
            this.input = backend.allocate(BATCH, inputs[0].length);
            for (int b = 0; b < BATCH; b++) {
                backend.upload(inputs[b], input.rowRange(b, 1));
            }
            this.metrics = List.of(metric.weighted(1));
            this.objective = new SupervisedObjective(model, metrics);
            objective.setBatch(input, List.of(targets));
        }

        double[] outputs() {
            model.forward(input);
            return model.outputs(0).clone();
        }
    }

    private double[] uniform(int count) {
        double[] numbers = new double[count];
        Arrays.setAll(numbers, i -> random.nextDouble(-1, 1));
        return numbers;
    }

    private AffineMap randomMap(int size) {
        AffineMap map = AffineMap.none(size);
        for (double[] row : map.matrix) {
            double[] noise = uniform(size);
            Arrays.setAll(row, i -> row[i] + 0.6 * noise[i]);
        }
        return new AffineMap(map.matrix, uniform(size));
    }

    /** Parameters for mapped inputs of which every layer's pre-activations are mapped as well. */
    private static double[] mapped(double[] values, List<AffineMap> maps) {
        List<Double> all = new ArrayList<>();
        int offset = 0;
        for (int l = 0; l < LAYERS.size(); l++) {
            int inputs = LAYERS.get(l).inputs();
            int outputs = LAYERS.get(l).outputs();
            double[][] solved = new double[outputs][]; // columns of P⁻¹W
            for (int n = 0; n < outputs; n++) {
                double[] column = new double[inputs];
                for (int m = 0; m < inputs; m++) {
                    column[m] = values[offset + m * outputs + n];
                }
                solved[n] = SupervisedTask.solve(maps.get(l).matrix, 0, column);
            }
            double[] bias = Arrays.copyOfRange(values, offset + inputs * outputs, offset + (inputs + 1) * outputs);
            AffineMap after = maps.get(l + 1);
            AffineMap linearPart = new AffineMap(after.matrix, new double[outputs]);
            for (int m = 0; m < inputs; m++) {
                double[] row = new double[outputs];
                for (int n = 0; n < outputs; n++) {
                    row[n] = solved[n][m];
                }
                for (double weight : linearPart.of(row)) {
                    all.add(weight);
                }
            }
            for (int n = 0; n < outputs; n++) {
                bias[n] -= Dense.dot(maps.get(l).shift, solved[n]);
            }
            for (double element : after.of(bias)) {
                all.add(element);
            }
            offset += (inputs + 1) * outputs;
        }
        return all.stream().mapToDouble(x -> x).toArray();
    }

    private List<Learner> learners(boolean logistic) {
        OutputMetric metric = logistic ? new NegativeLogLikelihood(Bernoulli.of(3)) : new SquaredError(3);
        double[] targets = uniform(3 * BATCH);
        if (logistic) {
            Arrays.setAll(targets, i -> targets[i] > 0 ? 1 : 0);
        }
        int size = LAYERS.stream()
                .mapToInt(layer -> (layer.inputs() + 1) * layer.outputs())
                .sum();
        double[] values = uniform(size);
        double[][] inputs = new double[BATCH][];
        Arrays.setAll(inputs, b -> uniform(4));
        List<AffineMap> maps = List.of(randomMap(4), randomMap(3), AffineMap.none(5), randomMap(2), AffineMap.none(3));
        double[][] mappedInputs = Arrays.stream(inputs).map(maps.get(0)::of).toArray(double[][]::new);
        Learner original = new Learner(values, inputs, metric, targets);
        Learner other = new Learner(mapped(values, maps), mappedInputs, metric, targets);
        assertThat(Dense.error(other.outputs(), original.outputs()))
                .as("the same function, seed %d", SEED)
                .isLessThan(1e-13);
        return List.of(original, other);
    }

    @ParameterizedTest
    @EnumSource
    void undampedStepsMakeTheSameFunction(DampingForm form) {
        for (boolean logistic : new boolean[] {false, true}) {
            List<Learner> learners = learners(logistic);
            double[] before = learners.get(0).outputs();
            List<double[]> after = new ArrayList<>();
            for (Learner learner : learners) {
                after.add(afterSteps(learner, form));
            }
            assertThat(Dense.error(after.get(1), after.get(0)))
                    .as("%s, logistic %s, seed %d", form, logistic, SEED)
                    .isLessThan(1e-8);
            assertThat(Dense.error(after.get(0), before)).as("it has moved").isGreaterThan(1e-2);
        }
    }

    private double[] afterSteps(Learner learner, DampingForm form) {
        KfacSettings settings = KfacSettings.defaults()
                .withCurvature(KroneckerSettings.defaults()
                        .withEstimator(FisherEstimator.EXACT)
                        .withDampingForm(form)
                        .withPeriods(1, 1, 0))
                .withRule(
                        new StepRule.Fixed(0.5, 0.5),
                        Optional.of(new NormConstraint(0.1, NormConstraint.Measure.PRECONDITIONED)))
                .withConstantDamping(NO_DAMPING);
        try (Kfac kfac = Kfac.of(settings, learner.model, learner.metrics, SEED, new Workers(1))) {
            for (int i = 0; i < 3; i++) {
                kfac.step(learner.objective);
            }
        }
        return learner.outputs();
    }

    @Test
    void dampedStepsMakeOtherFunctions() {
        List<double[]> after = new ArrayList<>();
        for (Learner learner : learners(false)) {
            KfacSettings settings = KfacSettings.defaults()
                    .withCurvature(SupervisedTask.freshFactors())
                    .withRule(new StepRule.Fixed(0.5, 0), Optional.empty())
                    .withConstantDamping(1);
            try (Kfac kfac = Kfac.of(settings, learner.model, learner.metrics, SEED, new Workers(1))) {
                kfac.step(learner.objective);
            }
            after.add(learner.outputs());
        }
        assertThat(Dense.error(after.get(1), after.get(0))).isGreaterThan(1e-3);
    }

    @Test
    void gradientDescentMakesOtherFunctions() {
        List<double[]> after = new ArrayList<>();
        for (Learner learner : learners(false)) {
            ParameterVector gradient = learner.parameters.zerosLike();
            learner.objective.evaluate(gradient);
            backend.addScaled(-0.1, gradient.values(), learner.parameters.values());
            after.add(learner.outputs());
        }
        assertThat(Dense.error(after.get(1), after.get(0))).isGreaterThan(1e-3);
    }
}
