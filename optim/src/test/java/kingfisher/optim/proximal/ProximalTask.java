package kingfisher.optim.proximal;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.kfac.CountingModel;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.HyperDual;
import kingfisher.optim.oracle.ModelFixture;

/**
 * A small network with a loss on the first rows of its inputs, B, and a proximity on the others, B′, and what both are by
 * plain loops and dense sums over examples.
 */
final class ProximalTask {

    static final int INPUTS = 3;
    static final int OUTPUTS = 3;

    final ModelFixture fixture;
    final int lossRows;
    final int proximityRows;
    final boolean categorical;
    final double[] targets;
    final List<WeightedMetric> metrics;
    final CountingModel lossModel;
    final CountingModel proximityModel;
    final SupervisedObjective loss;
    final FunctionProximity proximity;
    double[] proximityWeights; // of the rows of B′

    ProximalTask(Backend backend, boolean categorical, int lossRows, int proximityRows, long seed) {
        this.fixture =
                ModelFixture.network(backend, Activation.TANH, lossRows + proximityRows, seed, INPUTS, 4, OUTPUTS);
        this.lossRows = lossRows;
        this.proximityRows = proximityRows;
        this.categorical = categorical;
        this.metrics = List.of(
                categorical
                        ? new NegativeLogLikelihood(Categorical.of(OUTPUTS)).weighted(1)
                        : new SquaredError(OUTPUTS).weighted(1));
        this.targets = categorical ? new double[lossRows] : fixture.uniform(lossRows * OUTPUTS);
        if (categorical) {
            Arrays.setAll(targets, b -> fixture.random.nextInt(OUTPUTS));
        }
        this.lossModel = new CountingModel(fixture.unused(lossRows));
        this.proximityModel = new CountingModel(fixture.unused(proximityRows));
        this.loss = supervised(lossModel);
        this.proximity = new FunctionProximity(proximityModel, metrics);
        proximity.setBatch(input(lossRows, proximityRows));
        this.proximityWeights = Curvatures.ones(proximityRows);
    }

    SupervisedObjective supervised(DifferentiableModel model) {
        SupervisedObjective objective = new SupervisedObjective(model, metrics);
        objective.setBatch(input(0, lossRows), List.of(targets));
        return objective;
    }

    Matrix input(int first, int count) {
        Matrix input = fixture.backend.allocate(count, INPUTS);
        for (int b = 0; b < count; b++) {
            fixture.backend.upload(fixture.inputs[first + b], input.rowRange(b, 1));
        }
        return input;
    }

    ProximalObjective objective(double function, double weight) {
        return ProximalObjective.of(loss, proximity, new ProximityWeights(function, weight), fixture.parameters);
    }

    /** The objective with the proximity on the loss's batch, which share their passes. */
    ProximalObjective sharing(double function, double weight) {
        Function<DifferentiableModel, Objective> makeLoss = this::supervised;
        return ProximalObjective.sharing(lossModel, metrics, new ProximityWeights(function, weight), makeLoss);
    }

    void setParameters(double[] values) {
        fixture.backend.upload(values, fixture.parameters.values());
    }

    double[] parameters() {
        return fixture.download(fixture.parameters);
    }

    private double[] outputs(double[] w, int row) {
        return fixture.reference.outputs(w, fixture.inputs[row]);
    }

    double loss(double[] w) {
        double sum = 0;
        for (int b = 0; b < lossRows; b++) {
            double[] z = outputs(w, b);
            if (categorical) {
                sum += logSum(z) - z[(int) targets[b]];
            } else {
                for (int k = 0; k < OUTPUTS; k++) {
                    sum += 0.5 * Math.pow(z[k] - targets[b * OUTPUTS + k], 2);
                }
            }
        }
        return sum / lossRows;
    }

    private static double logSum(double[] z) {
        return Math.log(Arrays.stream(z).map(Math::exp).sum());
    }

    /** The mean of ρ over rows from {@code first} on, by its definition as a sum over outcomes. */
    double proximity(double[] w, double[] anchor, int first, double[] rowWeights) {
        double sum = 0;
        for (int b = 0; b < rowWeights.length; b++) {
            double[] z = outputs(w, first + b);
            double[] z0 = outputs(anchor, first + b);
            double distance = 0;
            for (int k = 0; k < OUTPUTS; k++) {
                distance += categorical
                        ? Math.exp(z0[k] - logSum(z0)) * ((z0[k] - logSum(z0)) - (z[k] - logSum(z)))
                        : 0.5 * Math.pow(z[k] - z0[k], 2);
            }
            sum += rowWeights[b] * distance;
        }
        return sum / Arrays.stream(rowWeights).sum();
    }

    /** The gradient of the loss at the fixture's parameters, from dense Jacobians. */
    double[] gradient() {
        double[] w = fixture.values;
        double[] sum = new double[w.length];
        for (int b = 0; b < lossRows; b++) {
            double[] z = outputs(w, b);
            double[][] jacobian = fixture.reference.jacobian(w, fixture.inputs[b]);
            for (int k = 0; k < OUTPUTS; k++) {
                double error = categorical
                        ? Math.exp(z[k] - logSum(z)) - (k == (int) targets[b] ? 1 : 0)
                        : z[k] - targets[b * OUTPUTS + k];
                for (int i = 0; i < w.length; i++) {
                    sum[i] += error * jacobian[k][i] / lossRows;
                }
            }
        }
        return sum;
    }

    /** The Hessian of the loss at the fixture's parameters, from numbers with derivatives. */
    double[][] hessian() {
        double[][] sum = new double[fixture.size()][fixture.size()];
        for (int b = 0; b < lossRows; b++) {
            int row = b;
            Function<HyperDual[], HyperDual> rowLoss = categorical
                    ? z -> Curvatures.crossEntropy(z, 0, OUTPUTS, (int) targets[row])
                    : z -> Curvatures.squaredError(
                            z, 0, OUTPUTS, Arrays.copyOfRange(targets, row * OUTPUTS, (row + 1) * OUTPUTS));
            Dense.add(1.0 / lossRows, fixture.reference.hessian(fixture.values, fixture.inputs[b], rowLoss), sum);
        }
        return sum;
    }

    /** The Fisher matrix of B′ at the fixture's parameters, from dense Jacobians. */
    double[][] fisher() {
        double[][] sum = new double[fixture.size()][fixture.size()];
        double total = Arrays.stream(proximityWeights).sum();
        for (int b = 0; b < proximityRows; b++) {
            double[] z = outputs(fixture.values, lossRows + b);
            double[][] jacobian = fixture.reference.jacobian(fixture.values, fixture.inputs[lossRows + b]);
            Dense.addPulledBack(
                    proximityWeights[b] / total,
                    jacobian,
                    categorical ? Curvatures.softmax(z) : Curvatures.identity(z),
                    sum);
        }
        return sum;
    }

    /** Solves {@code (factor · matrix + damping I) x = -right} by elimination. */
    static double[] step(double factor, double[][] matrix, double damping, double[] right) {
        int size = right.length;
        double[] flat = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                flat[i * size + j] = factor * matrix[i][j] + (i == j ? damping : 0);
            }
        }
        double[] solution = kingfisher.optim.linear.Dense.solve(flat, right);
        return kingfisher.optim.linear.Dense.scale(-1, solution);
    }
}
