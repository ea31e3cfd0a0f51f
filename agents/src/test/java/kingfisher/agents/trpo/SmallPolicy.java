package kingfisher.agents.trpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.distribution.Bernoulli;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.distribution.MultiCategorical;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * A policy of few parameters with a rollout, and what they mean as plain loops in double: the mean divergence and the
 * surrogate, from the definitions of the distributions, by enumeration or in closed form.
 */
final class SmallPolicy {

    static final int BATCH = 24;
    private static final int INPUTS = 3;
    private static final int HIDDEN = 4;

    final Backend backend;
    final Distribution distribution;
    final PolicyValueNetwork network;
    final Rollout rollout;
    final double[] start;
    final UniformRandomProvider random;
    private final double[] observations = new double[BATCH * INPUTS];

    SmallPolicy(Backend backend, String head, long seed) {
        this.backend = backend;
        this.random = RandomSource.L64_X128_MIX.create(seed);
        this.distribution = switch (head) {
            case "categorical" -> Categorical.of(3);
            case "multi-categorical" -> MultiCategorical.of(2, 3);
            case "bernoulli" -> Bernoulli.of(2);
            case "gaussian" -> DiagonalGaussian.of(2);
            default -> throw new IllegalArgumentException(head);
        };
        this.network = PolicyValueNetwork.policy(backend, INPUTS, List.of(HIDDEN), Activation.TANH, distribution);
        this.start = new double[network.parameters().layout().size()];
        Arrays.setAll(start, i -> (float) random.nextDouble(-0.8, 0.8));
        backend.upload(start, network.parameters().values());
        this.rollout = new Rollout(backend, BATCH, 1, INPUTS, distribution.actionSize(), distribution.parameterSize());
        Arrays.setAll(observations, i -> (float) random.nextDouble(-2, 2));
        backend.upload(observations, rollout.observations());
        distribution.sample(BATCH, allOutputs(start), random, rollout.actions());
        Arrays.setAll(rollout.advantages(), i -> random.nextDouble(-1, 1));
    }

    /** Returns settings that solve to rounding, take the whole step and don't damp. */
    static Settings exactSettings() {
        return AlgorithmSettings.find("trpo")
                .defaults()
                .with("environments", "1", "test")
                .with("rollout-steps", Integer.toString(BATCH), "test")
                .with("critic-minibatch-size", Integer.toString(BATCH), "test")
                .with("cg-iterations", "500", "test")
                .with("cg-tolerance", "1e-12", "test")
                .with("line-search-steps", "0", "test");
    }

    TrustRegionSearch search(Settings settings, FisherPreconditioner... preconditioner) {
        return new TrustRegionSearch(
                settings,
                rollout,
                network,
                distribution,
                preconditioner.length == 0 ? null : preconditioner[0],
                new Passes(new Workers(1), () -> {}));
    }

    double[] parameters() {
        double[] values = new double[start.length];
        backend.download(network.parameters().values(), values);
        return values;
    }

    /** Returns how far the parameters are from where they started. */
    double[] step() {
        double[] step = parameters();
        Arrays.setAll(step, i -> step[i] - start[i]);
        return step;
    }

    /** Returns the mean over every so many-th sample of {@code KL(from ‖ to)}. */
    double divergence(double[] from, double[] to, int every) {
        double sum = 0;
        int count = 0;
        for (int b = 0; b < BATCH; b += every) {
            sum += divergence(outputs(from, b), outputs(to, b));
            count++;
        }
        return sum / count;
    }

    /** Returns the mean over every so many-th sample of {@code ρA}. */
    double surrogate(double[] parameters, int every) {
        double sum = 0;
        int count = 0;
        for (int b = 0; b < BATCH; b += every) {
            double[] action = Arrays.copyOfRange(
                    rollout.actions(), b * distribution.actionSize(), (b + 1) * distribution.actionSize());
            double ratio = Math.exp(
                    logProbability(outputs(parameters, b), action) - logProbability(outputs(start, b), action));
            sum += ratio * rollout.advantages()[b];
            count++;
        }
        return sum / count;
    }

    private double[] allOutputs(double[] parameters) {
        double[] all = new double[BATCH * distribution.parameterSize()];
        for (int b = 0; b < BATCH; b++) {
            System.arraycopy(
                    outputs(parameters, b), 0, all, b * distribution.parameterSize(), distribution.parameterSize());
        }
        return all;
    }

    /** Returns one example's distribution; the layout is hidden weights, biases, output weights, biases, log deviations. */
    private double[] outputs(double[] w, int b) {
        int width = distribution instanceof DiagonalGaussian ? distribution.actionSize() : distribution.parameterSize();
        int next = INPUTS * HIDDEN;
        double[] hidden = Arrays.copyOfRange(w, next, next + HIDDEN);
        for (int h = 0; h < HIDDEN; h++) {
            for (int i = 0; i < INPUTS; i++) {
                hidden[h] += observations[b * INPUTS + i] * w[i * HIDDEN + h];
            }
            hidden[h] = Math.tanh(hidden[h]);
        }
        next += HIDDEN;
        double[] outputs =
                Arrays.copyOfRange(w, next + HIDDEN * width, next + HIDDEN * width + distribution.parameterSize());
        for (int o = 0; o < width; o++) {
            for (int h = 0; h < HIDDEN; h++) {
                outputs[o] += hidden[h] * w[next + h * width + o];
            }
        }
        return outputs;
    }

    private double divergence(double[] from, double[] to) {
        if (distribution instanceof DiagonalGaussian) {
            double sum = 0;
            int n = distribution.actionSize();
            for (int i = 0; i < n; i++) {
                double variance = Math.exp(2 * from[n + i]);
                double distance = from[i] - to[i];
                sum += to[n + i] - from[n + i] + (variance + distance * distance) / (2 * Math.exp(2 * to[n + i])) - 0.5;
            }
            return sum;
        }
        double sum = 0;
        for (double[] action : outcomes()) {
            double log = logProbability(from, action);
            sum += Math.exp(log) * (log - logProbability(to, action));
        }
        return sum;
    }

    private List<double[]> outcomes() {
        int[] choices = distribution instanceof Categorical ? new int[] {3, 1} : new int[] {2, 2};
        if (distribution instanceof MultiCategorical) {
            choices = new int[] {2, 3};
        }
        List<double[]> outcomes = new ArrayList<>();
        for (int first = 0; first < choices[0]; first++) {
            for (int second = 0; second < choices[1]; second++) {
                outcomes.add(new double[] {first, second});
            }
        }
        return outcomes;
    }

    private double logProbability(double[] z, double[] action) {
        if (distribution instanceof Categorical) {
            return softmax(z, 0, 3, (int) action[0]);
        }
        if (distribution instanceof Bernoulli) {
            return -Math.log1p(Math.exp(action[0] == 1 ? -z[0] : z[0]))
                    - Math.log1p(Math.exp(action[1] == 1 ? -z[1] : z[1]));
        }
        if (distribution instanceof MultiCategorical) {
            return softmax(z, 0, 2, (int) action[0]) + softmax(z, 2, 3, (int) action[1]);
        }
        double sum = 0;
        for (int i = 0; i < 2; i++) {
            double deviation = (action[i] - z[i]) / Math.exp(z[2 + i]);
            sum -= 0.5 * deviation * deviation + z[2 + i] + 0.5 * Math.log(2 * Math.PI);
        }
        return sum;
    }

    private static double softmax(double[] z, int first, int count, int chosen) {
        double sum = 0;
        for (int i = first; i < first + count; i++) {
            sum += Math.exp(z[i]);
        }
        return z[first + chosen] - Math.log(sum);
    }
}
