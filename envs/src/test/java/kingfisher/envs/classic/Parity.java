package kingfisher.envs.classic;

import java.util.Arrays;
import java.util.Locale;
import kingfisher.envs.Environment;
import kingfisher.envs.SnapshotReader;
import kingfisher.envs.TimeStep;
import kingfisher.envs.registry.Environments;

/** Replays a recorded task, free running from the seeds, and counts where this environment and Gymnasium agree. */
final class Parity {

    int episodes;
    int terminatedEpisodes;
    int steps;
    int startStatesEqual;
    int firstObservationsEqual;
    long numbers;
    long numbersEqual;
    double largestObservationDifference;
    int rewardsEqual;
    double largestRewardDifference;
    int endsEqual;

    static Parity of(RecordedTask task) {
        Parity parity = new Parity();
        try (Environment environment = Environments.create(task.id(), task.arguments())) {
            for (RecordedEpisode episode : task.episodes()) {
                parity.replay(environment, episode);
            }
        }
        return parity;
    }

    private void replay(Environment environment, RecordedEpisode episode) {
        double[] first = episode.seed() < 0 ? environment.reset() : environment.reset(episode.seed());
        episodes++;
        terminatedEpisodes += episode.terminated(episode.steps() - 1) ? 1 : 0;
        startStatesEqual +=
                Arrays.equals(state(environment, episode.startState().length), episode.startState()) ? 1 : 0;
        firstObservationsEqual += Arrays.equals(first, episode.firstObservation()) ? 1 : 0;
        for (int t = 0; t < episode.steps(); t++) {
            TimeStep step = environment.step(episode.actions()[t]);
            compareObservations(step.observation(), episode.observations()[t]);
            rewardsEqual += step.reward() == episode.rewards()[t] ? 1 : 0;
            largestRewardDifference = Math.max(largestRewardDifference, Math.abs(step.reward() - episode.rewards()[t]));
            boolean sameEnd = step.terminated() == episode.terminated(t) && step.truncated() == episode.truncated(t);
            endsEqual += sameEnd ? 1 : 0;
            steps++;
        }
    }

    private void compareObservations(double[] ours, double[] theirs) {
        for (int i = 0; i < theirs.length; i++) {
            numbers++;
            numbersEqual += ours[i] == theirs[i] ? 1 : 0;
            largestObservationDifference = Math.max(largestObservationDifference, Math.abs(ours[i] - theirs[i]));
        }
    }

    /** The state, which follows the generator in a task's snapshot; the time limit's comes first. */
    private static double[] state(Environment environment, int size) {
        String id = environment.specification().id();
        SnapshotReader limit = new SnapshotReader(
                "the time limit of " + id, environment.snapshot().orElseThrow());
        limit.getLong();
        SnapshotReader reader = new SnapshotReader(id, limit.getBytes());
        reader.getLongs();
        double[] state = new double[size];
        for (int i = 0; i < size; i++) {
            state[i] = reader.getDouble();
        }
        return state;
    }

    double observationShare() {
        return (double) numbersEqual / numbers;
    }

    double rewardShare() {
        return (double) rewardsEqual / steps;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d episodes (%d terminated), %d steps: start states %d/%d, first observations %d/%d, "
                        + "observations %.4f %% (largest difference %.1e), rewards %.4f %% (%.1e), ends %d/%d",
                episodes,
                terminatedEpisodes,
                steps,
                startStatesEqual,
                episodes,
                firstObservationsEqual,
                episodes,
                100 * observationShare(),
                largestObservationDifference,
                100 * rewardShare(),
                largestRewardDifference,
                endsEqual,
                steps);
    }
}
