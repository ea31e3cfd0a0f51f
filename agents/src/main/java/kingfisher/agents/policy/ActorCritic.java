package kingfisher.agents.policy;

import java.util.List;
import kingfisher.optim.distribution.Distribution;

/**
 * A policy and a value function: two networks, or one with both heads.
 *
 * @param policy gives the policy
 * @param value gives the value; the same object as {@code policy} if hidden layers are shared
 * @param distribution of actions
 */
public record ActorCritic(PolicyValueNetwork policy, PolicyValueNetwork value, Distribution distribution) {

    /** Checks that both heads are there. */
    public ActorCritic {
        if (!policy.hasPolicy() || !value.hasValue()) {
            throw new IllegalArgumentException("an actor-critic needs a policy head and a value head");
        }
    }

    /** Whether policy and value share hidden layers. */
    public boolean isShared() {
        return policy == value;
    }

    /** The networks, each once. */
    public List<PolicyValueNetwork> networks() {
        return isShared() ? List.of(policy) : List.of(policy, value);
    }
}
