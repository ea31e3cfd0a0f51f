package kingfisher.agents.train;

import kingfisher.agents.run.ReturnSummary;

/**
 * What an agent reached in whole episodes on the way, on raw rewards.
 *
 * @param deterministic with the most probable actions
 * @param stochastic with actions drawn from the policy
 * @param episodes number of episodes of each kind
 * @param seconds that it took
 * @param best whether the deterministic mean is higher than at every evaluation before
 */
public record Evaluation(
        ReturnSummary deterministic, ReturnSummary stochastic, int episodes, double seconds, boolean best) {}
