package kingfisher.experiments.bench;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import kingfisher.optim.solver.ConjugateGradient;
import kingfisher.optim.solver.ConjugateGradientResult;
import kingfisher.optim.solver.ConjugateGradientSettings;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * The regression that curvature is measured on, as {@code kfac_jax_step.py} has it: a network 17-w-w-6 with tanh, squared
 * errors, inputs and targets drawn from the normal distribution.
 */
final class CurvatureProblem {

    static final int INPUTS = 17;
    static final int OUTPUTS = 6;
    static final int ITERATIONS = 10;

    private static final double DAMPING = 1e-2;

    private final DifferentiableModel model;
    private final Matrix input;
    private final double[] targets;
    private final ParameterVector gradient;
    private final double[] direction;
    private final double[] result;
    private final GaussNewtonOperator curvature;
    private final DampedOperator damped;
    private final ConjugateGradient solver;

    /**
     * Makes the problem and computes its gradient, which is the direction of the products.
     *
     * @param workers who share the examples
     */
    CurvatureProblem(Backend backend, int width, int batch, Workers workers) {
        UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(1L);
        ParameterLayout.Builder layout = ParameterLayout.builder();
        List<DenseLayer> hidden = Mlp.layers("hidden", INPUTS, List.of(width, width), Activation.TANH);
        DenseLayer last = new DenseLayer("output", width, OUTPUTS, Activation.IDENTITY);
        List<DenseLayer> layers = List.of(hidden.get(0), hidden.get(1), last);
        layers.forEach(layer -> layer.declare(layout));
        Mlp network = new Mlp(layers, new ParameterVector(backend, layout.build()));
        for (int l = 0; l < layers.size(); l++) {
            network.initialize(l, 1, random);
        }
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        this.model = NetworkModel.of(batch, network, workers);
        this.input = backend.allocate(batch, INPUTS);
        backend.upload(normal.samples((long) batch * INPUTS).toArray(), input);
        this.targets = normal.samples((long) batch * OUTPUTS).toArray();
        this.gradient = network.parameters().zerosLike();
        int size = network.parameters().layout().size();
        this.direction = new double[size];
        this.result = new double[size];
        this.curvature = new GaussNewtonOperator(model, List.of(new SquaredError(OUTPUTS).weighted(1)));
        this.damped = new DampedOperator(curvature, DAMPING);
        this.solver = new ConjugateGradient(size, ConjugateGradientSettings.exact(ITERATIONS, 0));
        gradient();
        backend.download(gradient.values(), direction);
    }

    /** Computes loss and gradient; returns the loss. */
    double gradient() {
        model.forward(input);
        double[] outputs = model.outputs(0);
        double[] outputGradients = model.outputGradients(0);
        double squares = 0;
        for (int i = 0; i < targets.length; i++) {
            double error = outputs[i] - targets[i];
            outputGradients[i] = error;
            squares += error * error;
        }
        model.backward(1.0 / model.batch(), gradient);
        return 0.5 * squares / model.batch();
    }

    /** One Gauss-Newton product, from the trace that the last {@link #gradient} has left. */
    void product() {
        curvature.apply(direction, result);
    }

    /** Ten iterations from 0 on {@code (G + λI)x = gradient}. */
    ConjugateGradientResult tenIterations() {
        Arrays.fill(result, 0);
        return solver.solve(damped, direction, result);
    }
}
