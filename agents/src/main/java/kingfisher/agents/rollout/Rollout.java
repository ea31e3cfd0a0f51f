package kingfisher.agents.rollout;

import java.util.stream.IntStream;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;

/**
 * T steps of N environments, step by step: index {@code t · N + n} everywhere. Allocated once and filled anew by
 * {@link RolloutCollector}; the arrays are the live ones.
 *
 * <p>The environments form groups of neighbours, all of one size, which act in turn.
 */
public final class Rollout {

    private final int steps;
    private final int environments;
    private final Matrix observations;
    private final Matrix valueInputs; // that of the observations, if the value network sees no more
    private final Matrix[] observationsByGroup; // [T * groups]
    private final int groups;
    private final int[] episodeSteps;
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

    /** Creates an empty rollout of environments that form one group, where both networks see the same. */
    public Rollout(Backend backend, int steps, int environments, int inputs, int actionSize, int parameterSize) {
        this(backend, steps, environments, 1, inputs, inputs, actionSize, parameterSize);
    }

    /**
     * Creates an empty rollout.
     *
     * @param environments number of environments, a multiple of {@code groups}
     * @param inputs numbers that the policy sees at a step
     * @param valueInputs numbers that the value network sees at a step; as many if it sees the same
     * @param actionSize numbers in an outcome of the action distribution
     * @param parameterSize numbers that define a distribution
     */
    public Rollout(
            Backend backend,
            int steps,
            int environments,
            int groups,
            int inputs,
            int valueInputs,
            int actionSize,
            int parameterSize) {
        if (environments % groups != 0) {
            throw new IllegalArgumentException(environments + " environments are no " + groups + " groups of one size");
        }
        int size = Math.multiplyExact(steps, environments);
        this.steps = steps;
        this.environments = environments;
        this.observations = backend.allocate(size, inputs);
        this.valueInputs = valueInputs == inputs ? observations : backend.allocate(size, valueInputs);
        this.episodeSteps = new int[size];
        this.groups = groups;
        int rows = environments / groups;
        this.observationsByGroup = IntStream.range(0, steps * groups)
                .mapToObj(i -> observations.rowRange(i * rows, rows))
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

    /**
     * What the value network saw [T·N × its inputs]: the matrix of {@link #observations} unless it sees more than the
     * policy.
     */
    public Matrix valueInputs() {
        return valueInputs;
    }

    /** What a network saw: {@link #observations} if it gives a policy, else {@link #valueInputs}. */
    public Matrix inputs(PolicyValueNetwork network) {
        return network.hasPolicy() ? observations : valueInputs;
    }

    /** Steps of the episode that came before each step [T·N]. */
    public int[] episodeSteps() {
        return episodeSteps;
    }

    /** Number of groups. */
    public int groups() {
        return groups;
    }

    /** The rows of {@link #observations} of one group at one step [N / groups × inputs]. */
    public Matrix observations(int step, int group) {
        return observationsByGroup[step * groups + group];
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
