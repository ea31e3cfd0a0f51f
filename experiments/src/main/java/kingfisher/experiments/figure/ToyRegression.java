package kingfisher.experiments.figure;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.newton.Bfgs;
import kingfisher.optim.newton.GradientMinimizer;
import kingfisher.optim.newton.MinimizerSettings;
import kingfisher.optim.newton.ModelFunction;
import kingfisher.optim.proximal.FunctionProximity;
import kingfisher.optim.proximal.ProximalObjective;
import kingfisher.optim.proximal.ProximityWeights;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * A regression from one number to one, with examples in two clusters that lie apart, a network 1-30-1 that has been fitted to
 * them, and one more example, inside a cluster, that the network is wrong about.
 */
final class ToyRegression {

    /** Half of the range in which examples and units lie. */
    static final double EXTENT = 2;

    private static final int HIDDEN = 30;
    private static final int CLUSTER = 20;
    private static final double GAP = 0.8;
    private static final double NOISE = 0.05;
    private static final double STEEPEST = 4;
    private static final double DECAY = 1e-4;
    private static final int FIT_ITERATIONS = 300;
    private static final int UPDATE_ITERATIONS = 500;
    private static final double TOLERANCE = 1e-7;
    private static final double SURPRISE = 1;
    private static final double PLACE = 1.4;
    private static final List<WeightedMetric> METRICS = List.of(new SquaredError(1).weighted(1));

    private final Backend backend;
    private final ParameterVector parameters;
    private final Mlp network;
    private final double[] inputs = new double[2 * CLUSTER];
    private final double[] targets = new double[2 * CLUSTER];
    private final Matrix inputMatrix;
    private final double[] fitted;
    private final double newInput;
    private final double newTarget;

    /**
     * Draws the examples and fits the network.
     *
     * @param backend in double: minima are found to many digits
     * @param seed of examples and network
     */
    ToyRegression(Backend backend, long seed) {
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed);
        this.backend = backend;
        DenseLayer hidden = new DenseLayer("hidden", 1, HIDDEN, Activation.TANH);
        DenseLayer output = new DenseLayer("output", HIDDEN, 1, Activation.IDENTITY);
        ParameterLayout.Builder layout = ParameterLayout.builder();
        hidden.declare(layout);
        output.declare(layout);
        this.parameters = new ParameterVector(backend, layout.build());
        this.network = new Mlp(List.of(hidden, output), parameters);
        drawExamples(random);
        this.inputMatrix = column(inputs);
        this.fitted = initialPoint(random);
        fit();
        this.newInput = between(PLACE);
        this.newTarget = predict(fitted, new double[] {newInput})[0] + SURPRISE;
    }

    private void drawExamples(UniformRandomProvider random) {
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        double spacing = (EXTENT - GAP) / CLUSTER;
        for (int i = 0; i < CLUSTER; i++) {
            inputs[i] = -EXTENT + spacing * (i + 0.5 * random.nextDouble());
            inputs[CLUSTER + i] = GAP + spacing * (i + 0.5 * random.nextDouble());
        }
        Arrays.setAll(targets, i -> 0.6 * Math.sin(2 * inputs[i]) + NOISE * normal.sample());
    }

    /** Units of all slopes whose middles lie all over the range, so that the network can bend anywhere. */
    private double[] initialPoint(UniformRandomProvider random) {
        double[] point = new double[parameters.layout().size()];
        for (int i = 0; i < HIDDEN; i++) {
            double slope = random.nextDouble(-STEEPEST, STEEPEST);
            point[i] = slope;
            point[HIDDEN + i] = -slope * random.nextDouble(-EXTENT, EXTENT);
            point[2 * HIDDEN + i] = random.nextDouble(-1, 1) / Math.sqrt(HIDDEN);
        }
        return point;
    }

    /** Weight decay is weight-space proximity to 0. */
    private void fit() {
        NetworkModel model = NetworkModel.of(inputs.length, network);
        SupervisedObjective loss = new SupervisedObjective(model, METRICS);
        loss.setBatch(inputMatrix, List.of(targets));
        ProximalObjective decayed = ProximalObjective.of(
                loss, new FunctionProximity(model, METRICS), new ProximityWeights(0, DECAY), parameters);
        decayed.anchor();
        minimize(decayed, fitted, FIT_ITERATIONS);
    }

    private void minimize(ProximalObjective objective, double[] point, int iterations) {
        new GradientMinimizer(
                        ModelFunction.of(objective, parameters),
                        new Bfgs(point.length),
                        MinimizerSettings.quasiNewton(iterations, TOLERANCE))
                .minimize(point);
    }

    /** The middle between the two examples around a place. */
    private double between(double place) {
        double below = Double.NEGATIVE_INFINITY;
        double above = Double.POSITIVE_INFINITY;
        for (double input : inputs) {
            if (input <= place) {
                below = Math.max(below, input);
            } else {
                above = Math.min(above, input);
            }
        }
        return (below + above) / 2;
    }

    /** Returns the parameters that minimize equation (10) for the one new example, from the fitted ones on. */
    double[] update(ProximityWeights weights) {
        backend.upload(fitted, parameters.values());
        SupervisedObjective loss = new SupervisedObjective(NetworkModel.of(1, network), METRICS);
        loss.setBatch(column(new double[] {newInput}), List.of(new double[] {newTarget}));
        FunctionProximity proximity = new FunctionProximity(NetworkModel.of(inputs.length, network), METRICS);
        proximity.setBatch(inputMatrix);
        ProximalObjective objective = ProximalObjective.of(loss, proximity, weights, parameters);
        objective.anchor();
        double[] point = fitted.clone();
        minimize(objective, point, UPDATE_ITERATIONS);
        return point;
    }

    /** Returns what the network with these parameters predicts. */
    double[] predict(double[] point, double[] places) {
        backend.upload(point, parameters.values());
        NetworkModel model = NetworkModel.of(places.length, network);
        model.forward(column(places));
        return Arrays.copyOf(model.outputs(0), places.length);
    }

    private Matrix column(double[] values) {
        Matrix column = backend.allocate(values.length, 1);
        backend.upload(values, column);
        return column;
    }

    /** The parameters of the current model. */
    double[] fitted() {
        return fitted.clone();
    }

    /** Where the examples are; the first half is the left cluster. */
    double[] inputs() {
        return inputs.clone();
    }

    /** What the examples are. */
    double[] targets() {
        return targets.clone();
    }

    /** Where the new example is. */
    double newInput() {
        return newInput;
    }

    /** What the new example is. */
    double newTarget() {
        return newTarget;
    }
}
