package kingfisher.envs.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import kingfisher.envs.Environment;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/** What an environment gave for a fixed sequence of random actions: copies, with a start as a step of reward 0. */
final class Rollout {

    private final List<TimeStep> steps = new ArrayList<>();

    private Rollout() {}

    /** Plays from {@code reset(seed)}, with a reset without a seed after each end. */
    static Rollout from(Environment environment, long seed, int length) {
        Rollout rollout = new Rollout();
        rollout.add(environment.reset(seed));
        rollout.play(environment, length);
        return rollout;
    }

    /** Plays on from where the environment is. */
    static Rollout on(Environment environment, int length) {
        Rollout rollout = new Rollout();
        rollout.play(environment, length);
        return rollout;
    }

    private void play(Environment environment, int length) {
        Pcg64 generator = new Pcg64(7);
        for (int i = 0; i < length; i++) {
            TimeStep step =
                    environment.step(environment.specification().actionSpace().sample(generator));
            steps.add(new TimeStep(step.observation().clone(), step.reward(), step.terminated(), step.truncated()));
            if (step.ended()) {
                add(environment.reset());
            }
        }
    }

    private void add(double[] observation) {
        steps.add(new TimeStep(observation.clone(), 0, false, false));
    }

    /** Where two rollouts part, in words; empty if they are equal bit for bit. */
    Optional<String> difference(Rollout other) {
        for (int i = 0; i < Math.min(steps.size(), other.steps.size()); i++) {
            TimeStep ours = steps.get(i);
            TimeStep theirs = other.steps.get(i);
            if (!ours.equals(theirs)) {
                return Optional.of("at step " + i + ", " + difference(ours, theirs));
            }
        }
        return Optional.empty(); // the same steps have the same ends, so the lengths are equal
    }

    private static String difference(TimeStep ours, TimeStep theirs) {
        if (!Arrays.equals(ours.observation(), theirs.observation())) {
            return "observation " + Arrays.toString(ours.observation()) + " and "
                    + Arrays.toString(theirs.observation());
        }
        return Double.compare(ours.reward(), theirs.reward()) != 0
                ? "reward " + ours.reward() + " and " + theirs.reward()
                : "the flags of the end";
    }
}
