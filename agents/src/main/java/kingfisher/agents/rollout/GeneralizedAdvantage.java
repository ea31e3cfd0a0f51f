package kingfisher.agents.rollout;

/** Generalized advantage estimation (Schulman et al. 2016). */
public final class GeneralizedAdvantage {

    private GeneralizedAdvantage() {}

    /**
     * Computes {@code A_t = δ_t + γλ A_{t+1}} within each episode, where {@code δ_t = r_t + discount_t · v'_t - v_t}, and
     * the returns {@code A_t + v_t}. All arrays are [T × N], step by step.
     *
     * @param rewards r
     * @param values v, the value of the observation that was acted on
     * @param nextValues v', the value of the observation that followed: of the episode's last one where it ended
     * @param discounts γ, or 0 where the episode terminated
     * @param ended whether the episode ended with this step, terminated or truncated
     * @param lambda λ
     * @param advantages overwritten
     * @param returns overwritten
     */
    public static void compute(
            int steps,
            int environments,
            double[] rewards,
            double[] values,
            double[] nextValues,
            double[] discounts,
            boolean[] ended,
            double lambda,
            double[] advantages,
            double[] returns) {
        for (int n = 0; n < environments; n++) {
            double advantage = 0;
            for (int i = (steps - 1) * environments + n; i >= 0; i -= environments) {
                double delta = rewards[i] + discounts[i] * nextValues[i] - values[i];
                advantage = delta + (ended[i] ? 0 : discounts[i] * lambda * advantage);
                advantages[i] = advantage;
                returns[i] = advantage + values[i];
            }
        }
    }
}
