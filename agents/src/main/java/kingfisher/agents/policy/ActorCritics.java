package kingfisher.agents.policy;

import java.util.List;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.distribution.Distribution;
import org.apache.commons.rng.UniformRandomProvider;

/** Makes networks as settings describe them. */
public final class ActorCritics {

    private ActorCritics() {}

    /**
     * Returns an actor-critic whose parameters are zero.
     *
     * @param inputs numbers that the policy sees at a step
     */
    public static ActorCritic create(Settings settings, int inputs, Distribution distribution, Backend backend) {
        List<Integer> widths = settings.get(CommonSettings.HIDDEN);
        Activation activation = settings.get(CommonSettings.ACTIVATION);
        if (settings.get(CommonSettings.SHARED_NETWORK)) {
            PolicyValueNetwork shared = PolicyValueNetwork.shared(backend, inputs, widths, activation, distribution);
            return new ActorCritic(shared, shared, distribution);
        }
        int valueInputs = ValueInputs.of(settings, inputs, distribution).size();
        return new ActorCritic(
                PolicyValueNetwork.policy(backend, inputs, widths, activation, distribution),
                PolicyValueNetwork.value(
                        backend,
                        valueInputs,
                        CommonSettings.criticHidden(settings),
                        CommonSettings.criticActivation(settings)),
                distribution);
    }

    /** Draws the initial parameters of every network. */
    public static void initialize(ActorCritic actorCritic, Settings settings, UniformRandomProvider random) {
        double logStandardDeviation = settings.get(CommonSettings.INITIAL_LOG_STD);
        double policyGain = settings.get(CommonSettings.POLICY_OUTPUT_GAIN);
        for (PolicyValueNetwork network : actorCritic.networks()) {
            switch (settings.get(CommonSettings.INITIALIZATION)) {
                case ORTHOGONAL -> network.initialize(policyGain, logStandardDeviation, random);
                case UNIFORM -> network.initializeUniformly(logStandardDeviation, random);
            }
        }
    }
}
