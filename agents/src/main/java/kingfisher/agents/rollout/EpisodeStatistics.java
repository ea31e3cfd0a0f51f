package kingfisher.agents.rollout;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/** Returns and lengths of the running episodes and of the last {@value #WINDOW} finished ones, on raw rewards. */
public final class EpisodeStatistics {

    /** Number of finished episodes that are remembered. */
    public static final int WINDOW = 100;

    private final double[] runningReturns;
    private final int[] runningLengths;
    private final Deque<Double> returns = new ArrayDeque<>();
    private final Deque<Integer> lengths = new ArrayDeque<>();
    private long episodes;

    /** Creates statistics of {@code environments} environments. */
    public EpisodeStatistics(int environments) {
        runningReturns = new double[environments];
        runningLengths = new int[environments];
    }

    /** Takes in one step of one environment. */
    public void add(int environment, double reward, boolean ended) {
        runningReturns[environment] += reward;
        runningLengths[environment]++;
        if (ended) {
            if (returns.size() == WINDOW) {
                returns.removeFirst();
                lengths.removeFirst();
            }
            returns.addLast(runningReturns[environment]);
            lengths.addLast(runningLengths[environment]);
            episodes++;
            runningReturns[environment] = 0;
            runningLengths[environment] = 0;
        }
    }

    /** Steps so far of an environment's running episode. */
    public int runningLength(int environment) {
        return runningLengths[environment];
    }

    /** Number of finished episodes. */
    public long episodes() {
        return episodes;
    }

    /** Mean return of the last finished episodes; NaN if there are none. */
    public double meanReturn() {
        return returns.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    }

    /** Mean length of the last finished episodes; NaN if there are none. */
    public double meanLength() {
        return lengths.stream().mapToInt(Integer::intValue).average().orElse(Double.NaN);
    }

    /** Everything that is remembered, to save. */
    public State state() {
        return new State(
                runningReturns.clone(),
                runningLengths.clone(),
                returns.stream().mapToDouble(Double::doubleValue).toArray(),
                lengths.stream().mapToInt(Integer::intValue).toArray(),
                episodes);
    }

    /** Sets everything to a saved state. */
    public void restore(State state) {
        System.arraycopy(state.runningReturns, 0, runningReturns, 0, runningReturns.length);
        System.arraycopy(state.runningLengths, 0, runningLengths, 0, runningLengths.length);
        returns.clear();
        lengths.clear();
        for (int i = 0; i < state.returns.length; i++) {
            returns.addLast(state.returns[i]);
            lengths.addLast(state.lengths[i]);
        }
        episodes = state.episodes;
    }

    /** Forgets the running episodes, when environments are reset. */
    public void abandonRunning() {
        Arrays.fill(runningReturns, 0);
        Arrays.fill(runningLengths, 0);
    }

    /**
     * A saved state.
     *
     * @param runningReturns return so far of each environment's episode
     * @param runningLengths steps so far of each environment's episode
     * @param returns of the last finished episodes, oldest first
     * @param lengths of the same episodes
     * @param episodes number of finished episodes in all
     */
    @SuppressWarnings("ArrayRecordComponent") // a carrier between the statistics and a file, never compared
    public record State(
            double[] runningReturns, int[] runningLengths, double[] returns, int[] lengths, long episodes) {}
}
