package kingfisher.envs;

/**
 * What one step of N environments gives, in arrays that are allocated once.
 *
 * <p>The accessors return the arrays themselves: the next step written into this object overwrites them. Row {@code i}
 * of a matrix starts at {@code i * observationSize}.
 */
public final class VectorTimeStep {

    private final int count;
    private final int observationSize;
    private final double[] observations; // [N * observationSize]
    private final double[] rewards; // [N]
    private final boolean[] terminated; // [N]
    private final boolean[] truncated; // [N]
    private final double[] finalObservations; // [N * observationSize]

    /** Allocates room for {@code count} environments whose observations take {@code observationSize} numbers each. */
    public VectorTimeStep(int count, int observationSize) {
        if (count < 1 || observationSize < 1) {
            throw new IllegalArgumentException(
                    "a vector time step has at least 1 row of at least 1 number: " + count + " × " + observationSize);
        }
        this.count = count;
        this.observationSize = observationSize;
        this.observations = new double[Math.multiplyExact(count, observationSize)];
        this.finalObservations = new double[observations.length];
        this.rewards = new double[count];
        this.terminated = new boolean[count];
        this.truncated = new boolean[count];
    }

    /** Allocates room for the steps of {@code environments}. */
    public static VectorTimeStep of(VectorEnvironment environments) {
        return new VectorTimeStep(
                environments.count(),
                environments.specification().observationSpace().size());
    }

    /** N, the number of environments. */
    public int count() {
        return count;
    }

    /** The numbers of one observation. */
    public int observationSize() {
        return observationSize;
    }

    /** What each environment shows now, [N × observation size]: in a row that ended, already the next episode's start. */
    public double[] observations() {
        return observations;
    }

    /** The reward of the step, [N]. */
    public double[] rewards() {
        return rewards;
    }

    /** Whether the step ended the task, [N]. */
    public boolean[] terminated() {
        return terminated;
    }

    /** Whether the step cut the episode off, [N]. */
    public boolean[] truncated() {
        return truncated;
    }

    /**
     * The last observation of the episodes that this step ended, [N × observation size]; rows that did not end hold
     * something older.
     */
    public double[] finalObservations() {
        return finalObservations;
    }

    /** Whether this step ended the episode of row {@code row}. */
    public boolean ended(int row) {
        return terminated[row] || truncated[row];
    }
}
