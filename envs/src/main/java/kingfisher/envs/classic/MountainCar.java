package kingfisher.envs.classic;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.SnapshotReader;
import kingfisher.envs.SnapshotWriter;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/**
 * A car in a valley whose motor is too weak to drive straight up the hill.
 *
 * <p>A. W. Moore, "Efficient Memory-based Learning for Robot Control" (1990). With position p, velocity v and action a:
 *
 * <pre>
 *   v ← clip(v + 0.001 (a − 1) − 0.0025 cos 3p, ±0.07)
 *   p ← clip(p + v, −1.2, 0.6),   v ← 0 at the left wall
 * </pre>
 *
 * <p>Actions: 0 push left, 1 nothing, 2 push right. Observation: p, v, as single-precision numbers. Reward: −1 a step.
 * Terminates at p ≥ 0.5 with v at least the goal velocity.
 */
public final class MountainCar extends ClassicControl {

    /** The smallest velocity that counts as arriving when nothing is set. */
    public static final double DEFAULT_GOAL_VELOCITY = 0;

    static final double MIN_POSITION = -1.2;
    static final double MAX_POSITION = 0.6;
    static final double MAX_SPEED = 0.07;
    static final double GRAVITY = 0.0025;
    static final double START_LOW = -0.6;
    static final double START_HIGH = -0.4;
    static final BoxSpace OBSERVATIONS = BoxSpace.vector(
            new double[] {MIN_POSITION, -MAX_SPEED}, new double[] {MAX_POSITION, MAX_SPEED}, ElementType.FLOAT32);

    private static final double FORCE = 0.001;
    private static final double GOAL_POSITION = 0.5;

    private final double goalVelocity;
    private double position;
    private double velocity;

    private MountainCar(double goalVelocity) {
        super(new EnvironmentSpecification(
                "MountainCar-v0", OBSERVATIONS, new DiscreteSpace(3), OptionalInt.of(200), OptionalDouble.of(-110)));
        this.goalVelocity = goalVelocity;
    }

    /** MountainCar-v0 where arriving takes at least the velocity {@code goalVelocity}. */
    public static MountainCar v0(double goalVelocity) {
        return new MountainCar(goalVelocity);
    }

    @Override
    double[] start(Pcg64 random) {
        position = random.uniform(START_LOW, START_HIGH);
        velocity = 0;
        return observation();
    }

    @Override
    TimeStep advance(double[] action) {
        int push = discreteAction(action, 3) - 1;
        velocity += push * FORCE + Trigonometry.cos(3 * position) * -GRAVITY;
        velocity = Math.max(-MAX_SPEED, Math.min(MAX_SPEED, velocity));
        position = Math.max(MIN_POSITION, Math.min(MAX_POSITION, position + velocity));
        if (position == MIN_POSITION && velocity < 0) {
            velocity = 0;
        }
        boolean terminated = position >= GOAL_POSITION && velocity >= goalVelocity;
        return new TimeStep(observation(), -1, terminated, false);
    }

    private double[] observation() {
        return new double[] {(float) position, (float) velocity};
    }

    @Override
    void save(SnapshotWriter writer) {
        writer.putDoubles(position, velocity);
    }

    @Override
    void load(SnapshotReader reader) {
        position = reader.getDouble();
        velocity = reader.getDouble();
    }
}
