package kingfisher.agents.rollout;

import java.util.stream.IntStream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;

/**
 * T steps of N environments, step by step: index {@code t · N + n} everywhere. Allocated once and filled anew by
 * {@link RolloutCollector}; the arrays are the live ones.
 */
public final class Rollout {

    private final int steps;
    private final int environments;
    private final Matrix observations;
    private final Matrix[] observationsByStep;
    private final double[] actions;
    private final double[] logProbabilities;
    private final double[] distributionParameters;
    private final double[] rewards;
    private final double[] discounts;
    private final boolean[] ended;
    private final double[] values;
    private final double[] nextValues;
    private final double[] advantages;
    private final double[] returns;

    /**
     * Creates an empty rollout.
     *
     * @param inputs numbers in an encoded observation
     * @param actionSize numbers in an outcome of the action distribution
     * @param parameterSize numbers that define a distribution
     */
    public Rollout(Backend backend, int steps, int environments, int inputs, int actionSize, int parameterSize) {
        int size = Math.multiplyExact(steps, environments);
        this.steps = steps;
        this.environments = environments;
        this.observations = backend.allocate(size, inputs);
        this.observationsByStep = IntStream.range(0, steps)
                .mapToObj(t -> observations.rowRange(t * environments, environments))
                .toArray(Matrix[]::new);
        this.actions = new double[size * actionSize];
        this.logProbabilities = new double[size];
        this.distributionParameters = new double[size * parameterSize];
        this.rewards = new double[size];
        this.discounts = new double[size];
        this.ended = new boolean[size];
        this.values = new double[size];
        this.nextValues = new double[size];
        this.advantages = new double[size];
        this.returns = new double[size];
    }

    /** Number of steps T. */
    public int steps() {
        return steps;
    }

    /** Number of environments N. */
    public int environments() {
        return environments;
    }

    /** Number of transitions T · N. */
    public int size() {
        return rewards.length;
    }

    /** What the policy saw, encoded and normalized [T·N × inputs]. */
    public Matrix observations() {
        return observations;
    }

    /** The rows of {@link #observations} at one step [N × inputs]. */
    public Matrix observations(int step) {
        return observationsByStep[step];
    }

    /** Outcomes of the action distribution, before they are fitted to the environment [T·N × action size]. */
    public double[] actions() {
        return actions;
    }

    /** Log probability of each action under the policy that took it [T·N]. */
    public double[] logProbabilities() {
        return logProbabilities;
    }

    /** Parameters of the distribution that each action was drawn from [T·N × parameter size]. */
    public double[] distributionParameters() {
        return distributionParameters;
    }

    /** Rewards, normalized if that is set [T·N]. */
    public double[] rewards() {
        return rewards;
    }

    /** The discount of what follows each step: γ, or 0 where the episode terminated [T·N]. */
    public double[] discounts() {
        return discounts;
    }

    /** Whether the episode ended with this step, terminated or truncated [T·N]. */
    public boolean[] ended() {
        return ended;
    }

    /** Value of each observation under the value function before the update [T·N]. */
    public double[] values() {
        return values;
    }

    /** Value of the observation that followed, the episode's last one where it ended [T·N]. */
    public double[] nextValues() {
        return nextValues;
    }

    /** Advantages [T·N]. */
    public double[] advantages() {
        return advantages;
    }

    /** What the value function is fitted to: advantage + value [T·N]. */
    public double[] returns() {
        return returns;
    }
}
