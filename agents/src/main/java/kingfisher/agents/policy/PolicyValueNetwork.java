package kingfisher.agents.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.OutputHead;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * Hidden layers with a policy head, a value head, or both, over one parameter vector.
 *
 * <p>The policy head gives the distribution's parameters; for a {@link DiagonalGaussian} it gives the mean, and the log
 * standard deviations are parameters that do not depend on the observation.
 */
public final class PolicyValueNetwork {

    private static final String LOG_STANDARD_DEVIATION = "policy.log-std";

    private final String name;
    private final ParameterVector parameters;
    private final Mlp hidden;
    private final @Nullable Mlp policyHead;
    private final @Nullable Mlp valueHead;
    private final @Nullable Distribution distribution;

    private PolicyValueNetwork(
            String name,
            ParameterVector parameters,
            Mlp hidden,
            @Nullable Mlp policyHead,
            @Nullable Mlp valueHead,
            @Nullable Distribution distribution) {
        this.name = name;
        this.parameters = parameters;
        this.hidden = hidden;
        this.policyHead = policyHead;
        this.valueHead = valueHead;
        this.distribution = distribution;
    }

    /** Returns a network that gives a policy only; all parameters are zero. */
    public static PolicyValueNetwork policy(
            Backend backend, int inputs, List<Integer> widths, Activation activation, Distribution distribution) {
        return create(backend, "policy", inputs, widths, activation, distribution, false);
    }

    /** Returns a network that gives a value only; all parameters are zero. */
    public static PolicyValueNetwork value(Backend backend, int inputs, List<Integer> widths, Activation activation) {
        return create(backend, "value", inputs, widths, activation, null, true);
    }

    /** Returns a network that gives policy and value from the same hidden layers; all parameters are zero. */
    public static PolicyValueNetwork shared(
            Backend backend, int inputs, List<Integer> widths, Activation activation, Distribution distribution) {
        return create(backend, "shared", inputs, widths, activation, distribution, true);
    }

    private static PolicyValueNetwork create(
            Backend backend,
            String name,
            int inputs,
            List<Integer> widths,
            Activation activation,
            @Nullable Distribution distribution,
            boolean withValue) {
        List<DenseLayer> hidden = Mlp.layers(name + ".hidden", inputs, widths, activation);
        int features = widths.isEmpty() ? inputs : widths.get(widths.size() - 1);
        ParameterLayout.Builder layout = ParameterLayout.builder();
        hidden.forEach(layer -> layer.declare(layout));
        DenseLayer policyLayer = null;
        if (distribution != null) {
            boolean gaussian = distribution instanceof DiagonalGaussian;
            int outputs = gaussian ? distribution.actionSize() : distribution.parameterSize();
            policyLayer = new DenseLayer("policy.output", features, outputs, Activation.IDENTITY);
            policyLayer.declare(layout);
            if (gaussian) {
                layout.add(LOG_STANDARD_DEVIATION, 1, outputs);
            }
        }
        DenseLayer valueLayer = null;
        if (withValue) {
            valueLayer = new DenseLayer("value.output", features, 1, Activation.IDENTITY);
            valueLayer.declare(layout);
        }
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        return new PolicyValueNetwork(
                name,
                parameters,
                new Mlp(hidden, parameters),
                policyLayer == null ? null : new Mlp(List.of(policyLayer), parameters),
                valueLayer == null ? null : new Mlp(List.of(valueLayer), parameters),
                distribution);
    }

    /**
     * Draws the initial parameters: orthogonal weights and zero biases, gain √2 for hidden layers, 1 for the value.
     *
     * @param policyGain gain of the policy's output layer, usually 0.01
     * @param logStandardDeviation initial log standard deviation of every action dimension
     */
    public void initialize(double policyGain, double logStandardDeviation, UniformRandomProvider random) {
        for (int l = 0; l < hidden.layers().size(); l++) {
            hidden.initialize(l, Math.sqrt(2), random);
        }
        if (policyHead != null) {
            policyHead.initialize(0, policyGain, random);
        }
        fillLogStandardDeviation(logStandardDeviation);
        if (valueHead != null) {
            valueHead.initialize(0, 1, random);
        }
    }

    /**
     * Draws the initial parameters evenly from ±1/√inputs of each layer, weights and biases.
     *
     * @param logStandardDeviation initial log standard deviation of every action dimension
     */
    public void initializeUniformly(double logStandardDeviation, UniformRandomProvider random) {
        for (int l = 0; l < hidden.layers().size(); l++) {
            hidden.initializeUniformly(l, random);
        }
        if (policyHead != null) {
            policyHead.initializeUniformly(0, random);
        }
        fillLogStandardDeviation(logStandardDeviation);
        if (valueHead != null) {
            valueHead.initializeUniformly(0, random);
        }
    }

    private void fillLogStandardDeviation(double value) {
        if (distribution instanceof DiagonalGaussian) {
            parameters.backend().fill(parameters.view(LOG_STANDARD_DEVIATION), value);
        }
    }

    /** What this network gives: {@code policy}, {@code value} or {@code shared}. */
    public String name() {
        return name;
    }

    /** Mean over action dimensions of a Gaussian policy's standard deviations; NaN for other policies. */
    public double meanStandardDeviation() {
        if (!(distribution instanceof DiagonalGaussian)) {
            return Double.NaN;
        }
        double[] logarithms = new double[distribution.actionSize()];
        parameters.backend().download(parameters.view(LOG_STANDARD_DEVIATION), logarithms);
        return Arrays.stream(logarithms).map(Math::exp).average().orElseThrow();
    }

    /** All parameters of this network. */
    public ParameterVector parameters() {
        return parameters;
    }

    /** Whether this network gives a policy. */
    public boolean hasPolicy() {
        return policyHead != null;
    }

    /** Whether this network gives a value. */
    public boolean hasValue() {
        return valueHead != null;
    }

    /** Returns the working memory for passes over batches of exactly {@code batch} observations. */
    public NetworkPass pass(int batch) {
        return new NetworkPass(
                batch,
                parameters,
                hidden,
                policyHead,
                valueHead,
                distribution == null ? 0 : distribution.parameterSize(),
                distribution instanceof DiagonalGaussian ? parameters.layout().index(LOG_STANDARD_DEVIATION) : -1);
    }

    /**
     * Returns the passes over batches of exactly {@code batch} observations with their tangents, for products with
     * curvature: the policy's head is the first, the value's the last.
     */
    public NetworkModel model(int batch) {
        return model(batch, null);
    }

    /** The same with workers that run the passes over large batches, which nobody else may use them during. */
    public NetworkModel model(int batch, @Nullable Workers workers) {
        List<OutputHead> heads = new ArrayList<>();
        if (policyHead != null) {
            heads.add(new OutputHead(
                    policyHead, distribution instanceof DiagonalGaussian ? LOG_STANDARD_DEVIATION : null));
        }
        if (valueHead != null) {
            heads.add(OutputHead.of(valueHead));
        }
        return new NetworkModel(batch, hidden, heads, workers);
    }
}
