package kingfisher.agents.acktr;

import java.util.Arrays;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** Networks of few parameters with a rollout of random numbers. */
final class SmallAgent {

    static final int BATCH = 32;
    private static final int INPUTS = 3;

    final Settings settings;
    final Backend backend;
    final ActorCritic actorCritic;
    final Rollout rollout;
    final UniformRandomProvider random;
    final Workers workers = new Workers(1);

    SmallAgent(Backend backend, String head, long seed, String... assignments) {
        Settings base = AlgorithmSettings.find("acktr")
                .defaults()
                .with("environments", "1", "test")
                .with("rollout-steps", Integer.toString(BATCH), "test")
                .with("hidden", "5,4", "test")
                .with("momentum", "0", "test");
        for (String assignment : assignments) {
            String[] parts = assignment.split("=", -1);
            base = base.with(parts[0], parts[1], "test");
        }
        AlgorithmSettings.find("acktr").check(base);
        Distribution distribution = head.equals("gaussian") ? DiagonalGaussian.of(2) : Categorical.of(3);
        this.settings = base;
        this.backend = backend;
        this.random = RandomSource.L64_X128_MIX.create(seed);
        this.actorCritic = ActorCritics.create(settings, INPUTS, distribution, backend);
        for (PolicyValueNetwork network : actorCritic.networks()) {
            double[] start = new double[network.parameters().layout().size()];
            Arrays.setAll(start, i -> random.nextDouble(-0.8, 0.8));
            backend.upload(start, network.parameters().values());
        }
        this.rollout = new Rollout(backend, BATCH, 1, INPUTS, distribution.actionSize(), distribution.parameterSize());
        double[] observations = new double[BATCH * INPUTS];
        Arrays.setAll(observations, i -> random.nextDouble(-2, 2));
        backend.upload(observations, rollout.observations());
        distribution.sample(BATCH, outputs(), random, rollout.actions());
        Arrays.setAll(rollout.advantages(), i -> random.nextDouble(-1, 1));
        Arrays.setAll(rollout.returns(), i -> random.nextDouble(-3, 3));
    }

    PolicyStep step() {
        return new PolicyStep(settings, actorCritic, rollout, random, 7, workers);
    }

    CriticUpdates critic() {
        return new CriticUpdates(settings, actorCritic.value(), rollout, random, 8, workers);
    }

    /** The parameters of the policies. */
    double[] outputs() {
        NetworkPass pass = actorCritic.policy().pass(BATCH);
        pass.forward(rollout.observations());
        return pass.distributionParameters().clone();
    }

    double[] values() {
        NetworkPass pass = actorCritic.value().pass(BATCH);
        pass.forward(rollout.observations());
        return pass.values().clone();
    }

    double[] parameters(PolicyValueNetwork network) {
        double[] values = new double[network.parameters().layout().size()];
        backend.download(network.parameters().values(), values);
        return values;
    }

    /** {@code mean KL(from ‖ to)} by the definitions. */
    double divergence(double[] from, double[] to) {
        boolean gaussian = actorCritic.distribution() instanceof DiagonalGaussian;
        int width = actorCritic.distribution().parameterSize();
        double sum = 0;
        for (int b = 0; b < BATCH; b++) {
            double[] p = Arrays.copyOfRange(from, b * width, (b + 1) * width);
            double[] q = Arrays.copyOfRange(to, b * width, (b + 1) * width);
            sum += gaussian ? gaussian(p, q) : categorical(p, q);
        }
        return sum / BATCH;
    }

    private static double gaussian(double[] p, double[] q) {
        double sum = 0;
        for (int i = 0; i < 2; i++) {
            double distance = p[i] - q[i];
            sum += q[2 + i]
                    - p[2 + i]
                    + (Math.exp(2 * p[2 + i]) + distance * distance) / (2 * Math.exp(2 * q[2 + i]))
                    - 0.5;
        }
        return sum;
    }

    private static double categorical(double[] p, double[] q) {
        double totalP = Arrays.stream(p).map(Math::exp).sum();
        double totalQ = Arrays.stream(q).map(Math::exp).sum();
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            double logP = p[i] - Math.log(totalP);
            sum += Math.exp(logP) * (logP - q[i] + Math.log(totalQ));
        }
        return sum;
    }
}
