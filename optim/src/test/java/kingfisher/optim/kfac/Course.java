package kingfisher.optim.kfac;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.linear.KroneckerOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** A fixed course of points and batches that a model is led along, whatever its curvature, and the numbers of a curvature. */
final class Course {

    static final int ROWS = 6;
    private static final int BATCHES = 5;

    final ModelFixture fixture;
    final NetworkModel model;
    final List<WeightedMetric> metrics;
    final List<double[]> targets = new ArrayList<>();
    final double[] gradient;
    private final long seed;

    private Course(ModelFixture fixture, List<WeightedMetric> metrics, long seed) {
        this.fixture = fixture;
        this.metrics = metrics;
        this.seed = seed;
        this.model = fixture.model(0, ROWS);
        for (WeightedMetric term : metrics) {
            targets.add(fixture.uniform(ROWS * term.metric().targetSize()));
        }
        this.gradient = fixture.uniform(fixture.size());
    }

    /** Two heads on a trunk: means with log standard deviations as row parameters, and a squared error of half the weight. */
    static Course twoHeads(Backend backend, long seed) {
        return twoHeads(backend, seed, 1);
    }

    static Course twoHeads(Backend backend, long seed, double weight) {
        return new Course(
                ModelFixture.twoHeads(backend, Activation.TANH, BATCHES * ROWS, seed),
                List.of(
                        new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(weight),
                        new SquaredError(1).weighted(0.5 * weight)),
                seed);
    }

    /** One network 5-4-3 under a squared error. */
    static Course network(Backend backend, long seed, double weight) {
        return new Course(
                ModelFixture.network(backend, Activation.TANH, BATCHES * ROWS, seed, 5, 4, 3),
                List.of(new SquaredError(3).weighted(weight)),
                seed);
    }

    KroneckerCurvature curvature(KroneckerSettings settings) {
        return curvature(settings, new Workers(1));
    }

    KroneckerCurvature curvature(KroneckerSettings settings, Workers workers) {
        return new KroneckerCurvature(model, metrics, settings, seed, workers);
    }

    /** Moves to the point and batch of a step; both are functions of the step alone. */
    void go(int step) {
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed + step);
        double[] point = Arrays.stream(fixture.values)
                .map(value -> value + 0.1 * random.nextDouble(-1, 1))
                .toArray();
        double[][] batch = Arrays.copyOfRange(fixture.inputs, step % BATCHES * ROWS, (step % BATCHES + 1) * ROWS);
        go(point, batch);
    }

    void go(double[] point, double[][] batch) {
        Backend backend = fixture.backend;
        backend.upload(point, fixture.parameters.values());
        Matrix input = backend.allocate(ROWS, batch[0].length);
        for (int b = 0; b < ROWS; b++) {
            backend.upload(batch[b], input.rowRange(b, 1));
        }
        model.forward(input);
    }

    /** Goes to a step, and begins it with λ = 0.1. */
    void advance(KroneckerCurvature curvature, int step) {
        go(step);
        curvature.advance(0.1, targets);
    }

    /** Begins the steps {@code [first, end)}. */
    void advance(KroneckerCurvature curvature, int first, int end) {
        for (int step = first; step < end; step++) {
            advance(curvature, step);
        }
    }

    /** The preconditioned {@link #gradient}. */
    double[] preconditioned(KroneckerCurvature curvature, double damping) {
        return preconditioned(curvature, gradient, damping);
    }

    double[] preconditioned(KroneckerCurvature curvature, double[] vector, double damping) {
        var result = fixture.vector(fixture.uniform(fixture.size()));
        curvature.precondition(fixture.vector(vector), damping, result);
        return fixture.download(result);
    }

    /** All numbers of all blocks. */
    static double[] numbers(KroneckerCurvature curvature) {
        return curvature.blocks().stream()
                .flatMap(block -> matrices(block).stream())
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    /** A and S of a layer, or its whole matrix if it is no such product, or that of a row block; row-major. */
    static List<double[]> matrices(CurvatureBlock block) {
        LinearOperator operator = block.curvature();
        return operator instanceof KroneckerOperator factors
                ? List.of(factors.left().toDense(), factors.right().toDense())
                : List.of(operator.toDense());
    }

    /** The part of a vector that a block covers. */
    static double[] part(CurvatureBlock block, double[] vector) {
        CoveredParameters covered = block.covered();
        return Arrays.copyOfRange(vector, covered.offset(), covered.offset() + covered.size());
    }
}
