package kingfisher.optim.kfac;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;

/**
 * A batch with targets for a small network with one head, and what loss, gradient and Fisher matrix are there by dense
 * sums over examples. All rows count alike unless {@link #rowWeights} says otherwise.
 */
public final class SupervisedTask {

    public final String description;
    public final ModelFixture fixture;
    public final Backend backend;
    public final ParameterVector parameters;
    public final NetworkModel model;
    public final Matrix input;
    public final List<WeightedMetric> metrics;
    public final double[] targets;
    public final SupervisedObjective objective;
    public final long seed;
    public double[] rowWeights;

    private final boolean categorical;
    private final int outputs;

    private SupervisedTask(ModelFixture fixture, boolean categorical, int outputs, long seed) {
        int batch = fixture.inputs.length;
        this.description = fixture.description;
        this.fixture = fixture;
        this.backend = fixture.backend;
        this.parameters = fixture.parameters;
        this.model = fixture.model();
        this.input = backend.allocate(batch, fixture.inputs[0].length);
        for (int b = 0; b < batch; b++) {
            backend.upload(fixture.inputs[b], input.rowRange(b, 1));
        }
        this.categorical = categorical;
        this.outputs = outputs;
        this.metrics = List.of(
                categorical
                        ? new NegativeLogLikelihood(Categorical.of(outputs)).weighted(1)
                        : new SquaredError(outputs).weighted(1));
        this.targets = categorical
                ? IntStream.range(0, batch)
                        .mapToDouble(b -> fixture.random.nextInt(outputs))
                        .toArray()
                : fixture.uniform(batch * outputs);
        this.objective = new SupervisedObjective(model, metrics);
        objective.setBatch(input, List.of(targets));
        this.seed = seed;
        this.rowWeights = Curvatures.ones(batch);
    }

    /** Squared errors of random targets. */
    public static SupervisedTask regression(
            Backend backend, Activation activation, int batch, long seed, int... widths) {
        ModelFixture fixture = ModelFixture.network(backend, activation, batch, seed, widths);
        return new SupervisedTask(fixture, false, widths[widths.length - 1], seed);
    }

    /** Random classes. */
    public static SupervisedTask classification(
            Backend backend, Activation activation, int batch, long seed, int... widths) {
        ModelFixture fixture = ModelFixture.network(backend, activation, batch, seed, widths);
        return new SupervisedTask(fixture, true, widths[widths.length - 1], seed);
    }

    /** Factors that are exact for one linear layer under squared error, made anew and decomposed at each step. */
    public static KroneckerSettings freshFactors() {
        return KroneckerSettings.defaults()
                .withEstimator(FisherEstimator.EXACT)
                .withFactorDecay(0)
                .withPeriods(1, 1, 0);
    }

    public Kfac kfac(KfacSettings settings) {
        return Kfac.of(settings, model, metrics, seed, new Workers(1));
    }

    public KroneckerCurvature curvature(LinearizedModel statistics, KroneckerSettings settings) {
        return new KroneckerCurvature(statistics, metrics, settings, seed, new Workers(1));
    }

    public int size() {
        return fixture.size();
    }

    public double[] parameters() {
        return fixture.download(parameters);
    }

    public void setParameters(double[] values) {
        backend.upload(values, parameters.values());
    }

    public double[] state(Kfac kfac, String name) {
        double[] array = kfac.state().get(name);
        if (array == null) {
            throw new IllegalArgumentException(name);
        }
        return array;
    }

    /** The loss at other parameters, by plain loops. */
    public double loss(double[] w) {
        double sum = 0;
        for (int b = 0; b < rowWeights.length; b++) {
            double[] z = fixture.reference.outputs(w, fixture.inputs[b]);
            double loss = 0;
            if (categorical) {
                loss = Math.log(Arrays.stream(z).map(Math::exp).sum()) - z[(int) targets[b]];
            } else {
                for (int k = 0; k < outputs; k++) {
                    loss += 0.5 * Math.pow(z[k] - targets[b * outputs + k], 2);
                }
            }
            sum += rowWeights[b] * loss;
        }
        return sum / Arrays.stream(rowWeights).sum();
    }

    /** The gradient of {@link #loss}, from dense Jacobians. */
    public double[] gradient(double[] w) {
        double[] sum = new double[w.length];
        for (int b = 0; b < rowWeights.length; b++) {
            double[] z = fixture.reference.outputs(w, fixture.inputs[b]);
            double[][] jacobian = fixture.reference.jacobian(w, fixture.inputs[b]);
            double total = Arrays.stream(z).map(Math::exp).sum();
            for (int k = 0; k < outputs; k++) {
                double error = categorical
                        ? Math.exp(z[k]) / total - (k == (int) targets[b] ? 1 : 0)
                        : z[k] - targets[b * outputs + k];
                for (int i = 0; i < w.length; i++) {
                    sum[i] += rowWeights[b] * error * jacobian[k][i];
                }
            }
        }
        double weight = Arrays.stream(rowWeights).sum();
        return Arrays.stream(sum).map(x -> x / weight).toArray();
    }

    /** The Fisher matrix, from dense Jacobians. */
    public double[][] fisher(double[] w) {
        double[][] sum = new double[w.length][w.length];
        double weight = Arrays.stream(rowWeights).sum();
        for (int b = 0; b < rowWeights.length; b++) {
            double[] z = fixture.reference.outputs(w, fixture.inputs[b]);
            double[][] inner = categorical ? Curvatures.softmax(z) : Curvatures.identity(z);
            Dense.addPulledBack(rowWeights[b] / weight, fixture.reference.jacobian(w, fixture.inputs[b]), inner, sum);
        }
        return sum;
    }

    /** Solves {@code (matrix + damping I) x = right} by elimination. */
    public static double[] solve(double[][] matrix, double damping, double[] right) {
        int size = right.length;
        double[] flat = new double[size * size];
        for (int i = 0; i < size; i++) {
            System.arraycopy(matrix[i], 0, flat, i * size, size);
            flat[i * size + i] += damping;
        }
        return kingfisher.optim.linear.Dense.solve(flat, right);
    }

    /** {@code xᵀ matrix y}. */
    public static double form(double[] x, double[][] matrix, double[] y) {
        return Dense.dot(x, Dense.multiply(matrix, y));
    }

    /** {@code x + factor · y}. */
    public static double[] plus(double[] x, double factor, double[] y) {
        double[] sum = x.clone();
        for (int i = 0; i < x.length; i++) {
            sum[i] += factor * y[i];
        }
        return sum;
    }

    public static double[] times(double factor, double[] x) {
        return Arrays.stream(x).map(value -> factor * value).toArray();
    }
}
