package kingfisher.experiments.compare;

import java.util.List;

/**
 * What the runs of two algorithms reached on one task.
 *
 * @param environment the task
 * @param first one number a run, at least one
 * @param second one number a run, at least one
 */
public record TaskScores(String environment, List<Double> first, List<Double> second) {

    /** Keeps copies, and checks that both sides have runs. */
    public TaskScores {
        first = List.copyOf(first);
        second = List.copyOf(second);
        if (first.isEmpty() || second.isEmpty()) {
            throw new IllegalArgumentException(environment + " has no runs of one side");
        }
    }

    /** The share of pairs of runs in which the first one's number is larger; a tie counts one half. */
    double probabilityOfImprovement() {
        return probabilityOfImprovement(
                first.stream().mapToDouble(Double::doubleValue).toArray(),
                second.stream().mapToDouble(Double::doubleValue).toArray());
    }

    static double probabilityOfImprovement(double[] first, double[] second) {
        double wins = 0;
        for (double one : first) {
            for (double other : second) {
                wins += one > other ? 1 : one == other ? 0.5 : 0;
            }
        }
        return wins / (first.length * second.length);
    }
}
