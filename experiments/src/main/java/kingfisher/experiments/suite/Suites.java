package kingfisher.experiments.suite;

import java.util.List;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;

/** The suites that there are; another one is another entry in {@link #all}. */
public final class Suites {
    private static final List<Long> SEEDS = List.of(0L, 1L, 2L, 3L, 4L);

    private Suites() {}

    /** Returns all suites. */
    public static List<Suite> all() {
        return List.of(learningPpo());
    }

    /**
     * Returns the suite with the name.
     *
     * @throws InvalidInputException if there is none
     */
    public static Suite find(String name) {
        return all().stream()
                .filter(suite -> suite.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () -> new InvalidInputException("unknown suite: " + name + NearestNames.hint(name, names())));
    }

    /** Returns the names of all suites. */
    public static List<String> names() {
        return all().stream().map(Suite::name).toList();
    }

    private static Suite learningPpo() {
        return new Suite(
                "learning-ppo",
                "PPO on the five classic-control tasks, with the presets that are shipped.",
                List.of(
                        preset("ppo", "CartPole-v1", mostSeeds(475)),
                        preset("ppo", "Acrobot-v1", mostSeeds(-90)),
                        preset("ppo", "MountainCar-v0", mostSeeds(-115)),
                        preset("ppo", "Pendulum-v1", Goal.everySeed(-180, -210, SEEDS.size())),
                        preset("ppo", "MountainCarContinuous-v0", mostSeeds(90))));
    }

    private static Task preset(String algorithm, String environment, Goal goal) {
        return new Task(algorithm, environment, SEEDS, List.of(), goal);
    }

    private static Goal mostSeeds(double threshold) {
        return Goal.allSeedsButOne(threshold, SEEDS.size());
    }
}
