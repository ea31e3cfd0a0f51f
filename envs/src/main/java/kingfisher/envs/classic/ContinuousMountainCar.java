package kingfisher.envs.classic;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.SnapshotReader;
import kingfisher.envs.SnapshotWriter;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/**
 * The mountain car with a motor that pushes as much as asked for, up to ±1.
 *
 * <p>With position p, velocity v and the action a clamped to ±1:
 *
 * <pre>
 *   v ← clamp(v + 0.0015 a − 0.0025 cos 3p, ±0.07)
 *   p ← clamp(p + v, −1.2, 0.6),   v ← 0 at the left wall
 * </pre>
 *
 * <p>Observation: p, v, as single-precision numbers. Reward: −0.1 a² with the action as it was given, and 100 more for
 * arriving, at p ≥ 0.45 with v at least the goal velocity, which also terminates.
 *
 * <p><b>Precision.</b> The state is double only from a reset to the first step; a step leaves it as single-precision
 * numbers, and NumPy 2 then also computes in single precision, except that a constant that meets another constant (a
 * clamped action is one) stays double until it meets the state.
 */
public final class ContinuousMountainCar extends ClassicControl {

    private static final double POWER = 0.0015;
    private static final double GOAL_POSITION = 0.45;

    private final double goalVelocity;
    private double position;
    private double velocity;
    private boolean first; // whether no step was made since the reset

    private ContinuousMountainCar(double goalVelocity) {
        super(new EnvironmentSpecification(
                "MountainCarContinuous-v0",
                MountainCar.OBSERVATIONS,
                BoxSpace.uniform(1, -1, 1, ElementType.FLOAT32),
                OptionalInt.of(999),
                OptionalDouble.of(90)));
        this.goalVelocity = goalVelocity;
    }

    /** MountainCarContinuous-v0 where arriving takes at least the velocity {@code goalVelocity}. */
    public static ContinuousMountainCar v0(double goalVelocity) {
        return new ContinuousMountainCar(goalVelocity);
    }

    @Override
    double[] start(Pcg64 random) {
        position = random.uniform(MountainCar.START_LOW, MountainCar.START_HIGH);
        velocity = 0;
        first = true;
        return observation();
    }

    @Override
    TimeStep advance(double[] action) {
        float asked = continuousAction(action);
        boolean arrived = first ? firstStep(asked) : laterStep(asked);
        first = false;
        double reward = (arrived ? 100.0 : 0.0) - (double) asked * asked * 0.1;
        return new TimeStep(observation(), reward, arrived, false);
    }

    /** A step from a double state. */
    private boolean firstStep(float asked) {
        double v = velocity + push(asked, MountainCar.GRAVITY * Trigonometry.cos(3 * position));
        v = Math.max(-MountainCar.MAX_SPEED, Math.min(MountainCar.MAX_SPEED, v));
        double p = Math.max(MountainCar.MIN_POSITION, Math.min(MountainCar.MAX_POSITION, position + v));
        if (p == MountainCar.MIN_POSITION && v < 0) {
            v = 0;
        }
        position = (float) p;
        velocity = (float) v;
        return p >= GOAL_POSITION && v >= goalVelocity;
    }

    /** A step from a single-precision state. */
    private boolean laterStep(float asked) {
        float maxSpeed = (float) MountainCar.MAX_SPEED;
        float wall = (float) MountainCar.MIN_POSITION;
        double pull = MountainCar.GRAVITY * Trigonometry.cos(3 * (float) position);
        float v = (float) velocity + (float) push(asked, pull);
        v = Math.max(-maxSpeed, Math.min(maxSpeed, v));
        float p = Math.max(wall, Math.min((float) MountainCar.MAX_POSITION, (float) position + v));
        if (p == wall && v < 0) {
            v = 0;
        }
        position = p;
        velocity = v;
        return p >= (float) GOAL_POSITION && v >= (float) goalVelocity;
    }

    /** The change of velocity: in single precision with an action within bounds, else in double. */
    private static double push(float asked, double pull) {
        if (asked > 1 || asked < -1) {
            return Math.signum(asked) * POWER - pull;
        }
        return asked * (float) POWER - (float) pull;
    }

    private double[] observation() {
        return new double[] {(float) position, (float) velocity};
    }

    @Override
    void save(SnapshotWriter writer) {
        writer.putDoubles(position, velocity).putBoolean(first);
    }

    @Override
    void load(SnapshotReader reader) {
        position = reader.getDouble();
        velocity = reader.getDouble();
        first = reader.getBoolean();
    }
}
