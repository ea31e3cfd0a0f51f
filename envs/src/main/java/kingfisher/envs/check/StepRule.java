package kingfisher.envs.check;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Supplier;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.Space;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/** Observations, rewards, ends and arrays of random steps are what the specification says. */
final class StepRule implements Rule {

    private static final int LENGTH = 2000;

    @Override
    public void check(Supplier<Environment> supplier, Findings findings) {
        try (Environment environment = supplier.get()) {
            new Walk(environment, findings).run();
        }
    }

    /** One walk of random actions. */
    private static final class Walk {

        private final Environment environment;
        private final EnvironmentSpecification specification;
        private final Findings findings;
        private boolean observationReported;
        private boolean ended;
        private int elapsed;
        private double[] last;
        private double[] lastCopy;

        Walk(Environment environment, Findings findings) {
            this.environment = environment;
            this.specification = environment.specification();
            this.findings = findings;
            last = environment.reset(0);
            lastCopy = last.clone();
            checkObservation("reset", last);
        }

        void run() {
            Pcg64 generator = new Pcg64(1);
            for (int i = 0; i < LENGTH; i++) {
                if (step(specification.actionSpace().sample(generator))) {
                    ended = true;
                    elapsed = 0;
                    receive("reset", environment.reset());
                }
            }
            if (!ended && specification.timeLimit().isEmpty()) {
                findings.warning("no episode ended in " + LENGTH
                        + " random steps and there is no time limit; likely cause: terminated is never set");
            }
        }

        private boolean step(double[] action) {
            double[] copy = action.clone();
            TimeStep step = environment.step(action);
            elapsed++;
            if (!Arrays.equals(action, copy)) {
                findings.error("step modifies the array of the action it is given");
            }
            if (!Double.isFinite(step.reward())) {
                findings.error("a reward is " + step.reward() + "; likely cause: a division by zero or an overflow");
            }
            receive("step", step.observation());
            checkLimit(step);
            return step.ended();
        }

        private void receive(String call, double[] observation) {
            if (!Arrays.equals(last, lastCopy)) {
                findings.error(call + " changes the observation returned before it; likely cause: one array is used"
                        + " for all observations, return a new one each time");
            }
            last = observation;
            lastCopy = observation.clone();
            checkObservation(call, observation);
        }

        private void checkLimit(TimeStep step) {
            OptionalInt limit = specification.timeLimit();
            if (step.truncated() && elapsed == 1 && limit.orElse(0) != 1) {
                findings.error("the first step of an episode is truncated; likely cause: truncated is set where"
                        + " terminated is meant, or steps are counted on over a reset");
            }
            if (limit.isPresent() && elapsed > limit.getAsInt()) {
                findings.warning("an episode goes on after its time limit of " + limit.getAsInt()
                        + " steps; likely cause: made without TimeLimit, which the registry puts around it");
            }
        }

        private void checkObservation(String call, double[] observation) {
            if (observationReported) {
                return;
            }
            Space space = specification.observationSpace();
            String seen = call + " returns an observation ";
            observationReported = true;
            if (observation.length != space.size()) {
                findings.error(seen + "of " + observation.length + " numbers, the observation space " + space + " has "
                        + space.size());
            } else if (!Arrays.stream(observation).allMatch(Double::isFinite)) {
                findings.error(seen + "that is not finite: " + Arrays.toString(observation)
                        + "; likely cause: a division by zero or a state that grows without bound");
            } else if (!space.contains(observation)) {
                findings.error(seen + "outside the observation space " + space + ": " + Arrays.toString(observation)
                        + "; likely cause: bounds that the dynamics do not keep");
            } else if (!keepsSinglePrecision(space, observation)) {
                findings.warning(seen + "that is not made of float32 numbers, as the observation space says: "
                        + Arrays.toString(observation) + "; likely cause: a missing cast to float");
            } else {
                observationReported = false;
            }
        }

        private static boolean keepsSinglePrecision(Space space, double[] observation) {
            if (!(space instanceof CompositeSpace composite)) {
                return !isSingle(space) || Arrays.stream(observation).allMatch(v -> v == (float) v);
            }
            int offset = 0;
            for (CompositeSpace.Part part : composite.parts()) {
                int end = offset + part.space().size();
                if (!keepsSinglePrecision(part.space(), Arrays.copyOfRange(observation, offset, end))) {
                    return false;
                }
                offset = end;
            }
            return true;
        }

        private static boolean isSingle(Space space) {
            return space instanceof BoxSpace box && box.type() == ElementType.FLOAT32;
        }
    }
}
