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
 * A pole on a cart that is pushed left or right; it must neither fall nor leave the track.
 *
 * <p>A. G. Barto, R. S. Sutton and C. W. Anderson, "Neuronlike Adaptive Elements That Can Solve Difficult Learning Control
 * Problems" (1983), with the equations of R. V. Florian, "Correct equations for the dynamics of the cart-pole system"
 * (2005), without friction, integrated by Euler's explicit method. With θ the pole's angle, x the cart's position,
 * F = ±10 the force and m the masses:
 *
 * <pre>
 *   t = (F + m_p l θ̇² sin θ) / m
 *   θ̈ = (g sin θ − cos θ · t) / (l (4/3 − m_p cos² θ / m))
 *   ẍ = t − m_p l θ̈ cos θ / m
 * </pre>
 *
 * <p>Actions: 0 left, 1 right. Observation: x, ẋ, θ, θ̇ in metres, radians and seconds, as single-precision numbers.
 * Reward: 1 a step, or with the reward of Sutton and Barto 0 a step and −1 for the failure.
 */
public final class CartPole extends ClassicControl {

    private static final double GRAVITY = 9.8;
    private static final double POLE_MASS = 0.1;
    private static final double TOTAL_MASS = POLE_MASS + 1.0;
    private static final double HALF_LENGTH = 0.5;
    private static final double POLE_MASS_LENGTH = POLE_MASS * HALF_LENGTH;
    private static final double FORCE = 10.0;
    private static final double TIME_STEP = 0.02;
    private static final double POSITION_LIMIT = 2.4;
    private static final double ANGLE_LIMIT = 12 * 2 * Math.PI / 360;
    private static final double START_RANGE = 0.05;
    private static final BoxSpace OBSERVATIONS = BoxSpace.vector(
            new double[] {-2 * POSITION_LIMIT, Double.NEGATIVE_INFINITY, -2 * ANGLE_LIMIT, Double.NEGATIVE_INFINITY},
            new double[] {2 * POSITION_LIMIT, Double.POSITIVE_INFINITY, 2 * ANGLE_LIMIT, Double.POSITIVE_INFINITY},
            ElementType.FLOAT32);

    private final boolean suttonBartoReward;
    private double position;
    private double velocity;
    private double angle;
    private double angularVelocity;
    private boolean fallen;

    private CartPole(String id, int timeLimit, double rewardThreshold, boolean suttonBartoReward) {
        super(new EnvironmentSpecification(
                id, OBSERVATIONS, new DiscreteSpace(2), OptionalInt.of(timeLimit), OptionalDouble.of(rewardThreshold)));
        this.suttonBartoReward = suttonBartoReward;
    }

    /** CartPole-v0: episodes of at most 200 steps. */
    public static CartPole v0(boolean suttonBartoReward) {
        return new CartPole("CartPole-v0", 200, 195, suttonBartoReward);
    }

    /** CartPole-v1: episodes of at most 500 steps. */
    public static CartPole v1(boolean suttonBartoReward) {
        return new CartPole("CartPole-v1", 500, 475, suttonBartoReward);
    }

    @Override
    double[] start(Pcg64 random) {
        position = random.uniform(-START_RANGE, START_RANGE);
        velocity = random.uniform(-START_RANGE, START_RANGE);
        angle = random.uniform(-START_RANGE, START_RANGE);
        angularVelocity = random.uniform(-START_RANGE, START_RANGE);
        fallen = false;
        return observation();
    }

    @Override
    TimeStep advance(double[] action) {
        double force = discreteAction(action, 2) == 1 ? FORCE : -FORCE;
        double cosine = Trigonometry.cos(angle);
        double sine = Trigonometry.sin(angle);
        double t = (force + POLE_MASS_LENGTH * (angularVelocity * angularVelocity) * sine) / TOTAL_MASS;
        double angularAcceleration = (GRAVITY * sine - cosine * t)
                / (HALF_LENGTH * (4.0 / 3.0 - POLE_MASS * (cosine * cosine) / TOTAL_MASS));
        double acceleration = t - POLE_MASS_LENGTH * angularAcceleration * cosine / TOTAL_MASS;
        position += TIME_STEP * velocity;
        velocity += TIME_STEP * acceleration;
        angle += TIME_STEP * angularVelocity;
        angularVelocity += TIME_STEP * angularAcceleration;

        boolean terminated = Math.abs(position) > POSITION_LIMIT || Math.abs(angle) > ANGLE_LIMIT;
        double reward = reward(terminated);
        fallen |= terminated;
        return new TimeStep(observation(), reward, terminated, false);
    }

    private double reward(boolean terminated) {
        if (suttonBartoReward) {
            return terminated ? -1 : 0;
        }
        return terminated && fallen ? 0 : 1;
    }

    private double[] observation() {
        return new double[] {(float) position, (float) velocity, (float) angle, (float) angularVelocity};
    }

    @Override
    void save(SnapshotWriter writer) {
        writer.putDoubles(position, velocity, angle, angularVelocity).putBoolean(fallen);
    }

    @Override
    void load(SnapshotReader reader) {
        position = reader.getDouble();
        velocity = reader.getDouble();
        angle = reader.getDouble();
        angularVelocity = reader.getDouble();
        fallen = reader.getBoolean();
    }
}
