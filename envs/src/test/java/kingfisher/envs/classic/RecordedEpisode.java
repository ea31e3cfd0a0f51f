package kingfisher.envs.classic;

/** One episode of Gymnasium; {@code seed} is −1 if it began by a reset without one. */
@SuppressWarnings("ArrayRecordComponent") // read once, only looked at
record RecordedEpisode(
        String kind,
        long seed,
        double[] startState,
        double[] firstObservation,
        double[][] actions,
        double[] rewards,
        byte[] flags,
        double[][] observations) {

    int steps() {
        return rewards.length;
    }

    boolean terminated(int step) {
        return (flags[step] & 1) != 0;
    }

    boolean truncated(int step) {
        return (flags[step] & 2) != 0;
    }
}
