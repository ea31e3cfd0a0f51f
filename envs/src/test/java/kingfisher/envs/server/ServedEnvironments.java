package kingfisher.envs.server;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.FakeEnvironment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.registry.EnvironmentArgument;
import kingfisher.envs.registry.EnvironmentProvider;
import kingfisher.envs.registry.EnvironmentRegistration;

/** Environments for tests of the server: one with faults to choose, one with every kind of space. */
public final class ServedEnvironments implements EnvironmentProvider {

    static final String FAKE = "Fake-v0";
    static final String PARTS = "Parts-v0";

    /** The step at which the faults of steps show. */
    static final int FAULTY_STEP = 3;

    /** Environments of {@link #FAKE} that have been closed. */
    static final AtomicInteger CLOSED = new AtomicInteger();

    @Override
    public List<EnvironmentRegistration> registrations() {
        return List.of(
                new EnvironmentRegistration(
                        FAKE,
                        "for tests",
                        List.of(EnvironmentArgument.text("fault", "none", "what goes wrong")),
                        arguments -> fake(arguments.text("fault"))),
                new EnvironmentRegistration(PARTS, "for tests", arguments -> new Parts()));
    }

    private static Environment fake(String fault) {
        if (fault.equals("make")) {
            throw new IllegalStateException("no robot\nanywhere");
        }
        if (fault.equals("refuse")) {
            throw new InvalidInputException("Fake-v0: argument fault must not be refuse");
        }
        return new Faulty(fault);
    }

    private static final class Faulty extends FakeEnvironment {
        private final String fault;
        private int steps;
        private int resets;

        Faulty(String fault) {
            this.fault = fault;
        }

        private boolean is(String name) {
            return fault.equals(name) && steps == FAULTY_STEP;
        }

        @Override
        public double[] reset() {
            resets++;
            if (fault.equals("reset") && resets > 1) {
                throw new IllegalStateException("stuck");
            }
            return super.reset();
        }

        @Override
        public TimeStep step(double[] action) {
            steps++;
            TimeStep step = super.step(action);
            if (is("step")) {
                throw new IllegalStateException("the robot\nfell over");
            }
            if (is("link")) {
                throw new NoClassDefFoundError("Robot");
            }
            if (is("size")) {
                return new TimeStep(new double[2], 0, false, false);
            }
            if (is("nan")) {
                return new TimeStep(new double[] {Double.NaN}, Double.NaN, false, false);
            }
            if (is("slow")) {
                sleep();
            }
            return step;
        }

        private static void sleep() {
            try {
                Thread.sleep(500);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            CLOSED.incrementAndGet();
            if (fault.equals("close")) {
                throw new IllegalStateException("the door is stuck");
            }
        }
    }

    /** Shows what it draws from its observation space, and ends every seventh step. */
    private static final class Parts implements Environment {
        private static final int LENGTH = 7;

        private static final Space OBSERVATIONS = new CompositeSpace(List.of(
                new CompositeSpace.Part("goal/position", BoxSpace.uniform(2, -1, 1, ElementType.FLOAT32)),
                new CompositeSpace.Part("goal/kind", new DiscreteSpace(3, 1)),
                new CompositeSpace.Part(
                        "image",
                        new BoxSpace(
                                new int[] {2, 2}, new double[4], new double[] {255, 255, 255, 255}, ElementType.UINT8)),
                new CompositeSpace.Part("lamps", new MultiBinarySpace(3)),
                new CompositeSpace.Part("half", BoxSpace.uniform(1, -2, 2, ElementType.FLOAT16)),
                new CompositeSpace.Part("count", BoxSpace.uniform(1, -1e9, 1e9, ElementType.INT64))));
        private static final Space ACTIONS = new CompositeSpace(List.of(
                new CompositeSpace.Part("levers", new MultiDiscreteSpace(new int[] {2, 3}, new int[] {0, -1})),
                new CompositeSpace.Part("switches", new MultiBinarySpace(2)),
                new CompositeSpace.Part("push", BoxSpace.uniform(2, -1, 1, ElementType.FLOAT64))));

        private Pcg64 generator = new Pcg64(0);
        private int elapsed;

        @Override
        public EnvironmentSpecification specification() {
            return new EnvironmentSpecification(PARTS, OBSERVATIONS, ACTIONS).withRewardThreshold(5);
        }

        @Override
        public double[] reset(long seed) {
            if (seed < 0) {
                throw new InvalidInputException(PARTS + ": the seed must be in 0 … 9223372036854775807: " + seed);
            }
            generator = new Pcg64(seed);
            return reset();
        }

        @Override
        public double[] reset() {
            elapsed = 0;
            return OBSERVATIONS.sample(generator);
        }

        @Override
        public TimeStep step(double[] action) {
            if (!ACTIONS.contains(action)) {
                throw new InvalidInputException(PARTS + ": no action");
            }
            elapsed++;
            double reward = 0;
            for (int i = 0; i < action.length; i++) {
                reward = 3 * reward + action[i];
            }
            return new TimeStep(OBSERVATIONS.sample(generator), reward, elapsed == LENGTH, false);
        }
    }
}
