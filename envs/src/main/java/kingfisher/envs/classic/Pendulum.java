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
 * A pendulum that has to be swung up and held with a motor too weak to lift it at once.
 *
 * <p>With θ the angle from upright, l = m = 1, Δ = 0.05 s and the torque u clipped to ±2:
 *
 * <pre>
 *   reward = −(norm(θ)² + 0.1 θ̇² + 0.001 u²),   norm(θ) in [−π, π)
 *   θ̇ ← clip(θ̇ + (3g / 2l · sin θ + 3u / ml²) Δ, ±8)
 *   θ ← θ + θ̇ Δ
 * </pre>
 *
 * <p>The reward is that of the state before the step. u is a single-precision number, and so are the terms made of it
 * alone; everything else is double. Observation: cos θ, sin θ, θ̇, as single-precision numbers. It never terminates.
 */
public final class Pendulum extends ClassicControl {

    /** The acceleration of gravity when nothing is set. */
    public static final double DEFAULT_GRAVITY = 10.0;

    private static final float TORQUE_LIMIT = 2;
    private static final double SPEED_LIMIT = 8;
    private static final double TIME_STEP = 0.05;
    private static final float TORQUE_COST = 0.001f;
    private static final float TORQUE_GAIN = 3;

    private final double gravity;
    private double angle;
    private double speed;

    private Pendulum(double gravity) {
        super(new EnvironmentSpecification(
                "Pendulum-v1",
                BoxSpace.vector(
                        new double[] {-1, -1, -SPEED_LIMIT}, new double[] {1, 1, SPEED_LIMIT}, ElementType.FLOAT32),
                BoxSpace.uniform(1, -TORQUE_LIMIT, TORQUE_LIMIT, ElementType.FLOAT32),
                OptionalInt.of(200),
                OptionalDouble.empty()));
        this.gravity = gravity;
    }

    /** Pendulum-v1 with the acceleration of gravity {@code gravity} in m/s². */
    public static Pendulum v1(double gravity) {
        return new Pendulum(gravity);
    }

    @Override
    double[] start(Pcg64 random) {
        angle = random.uniform(-Math.PI, Math.PI);
        speed = random.uniform(-1, 1);
        return observation();
    }

    @Override
    TimeStep advance(double[] action) {
        float torque = Math.max(-TORQUE_LIMIT, Math.min(TORQUE_LIMIT, continuousAction(action)));
        double normalized = normalize(angle);
        float torqueCost = TORQUE_COST * (torque * torque);
        double cost = Power.square(normalized) + 0.1 * Power.square(speed) + torqueCost;
        float torqueTerm = TORQUE_GAIN * torque;
        double accelerated = speed + (3 * gravity / 2 * Trigonometry.sin(angle) + torqueTerm) * TIME_STEP;
        speed = Math.max(-SPEED_LIMIT, Math.min(SPEED_LIMIT, accelerated));
        angle += speed * TIME_STEP;
        return new TimeStep(observation(), -cost, false, false);
    }

    /** The same angle in [−π, π). */
    private static double normalize(double angle) {
        double turn = 2 * Math.PI;
        double remainder = (angle + Math.PI) % turn;
        return (remainder < 0 ? remainder + turn : remainder) - Math.PI;
    }

    private double[] observation() {
        return new double[] {(float) Trigonometry.cos(angle), (float) Trigonometry.sin(angle), (float) speed};
    }

    @Override
    void save(SnapshotWriter writer) {
        writer.putDoubles(angle, speed);
    }

    @Override
    void load(SnapshotReader reader) {
        angle = reader.getDouble();
        speed = reader.getDouble();
    }
}
