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
 * A double pendulum with a motor in the joint between its links, to be swung up above a line.
 *
 * <p>R. S. Sutton, "Generalization in Reinforcement Learning: Successful Examples Using Sparse Coarse Coding" (1996), with
 * the equations of R. S. Sutton and A. G. Barto, "Reinforcement Learning" (1998), section 11.3, for links of length, mass and
 * moment of inertia 1. With τ the torque:
 *
 * <pre>
 *   d₁ = 0.25 + (1.25 + cos θ₂) + 2        d₂ = 0.25 + 0.5 cos θ₂ + 1
 *   φ₂ = 0.5 g cos(θ₁ + θ₂ − π/2)
 *   φ₁ = −0.5 θ̇₂² sin θ₂ − θ̇₂ θ̇₁ sin θ₂ + 1.5 g cos(θ₁ − π/2) + φ₂
 *   θ̈₂ = (τ + d₂/d₁ φ₁ − 0.5 θ̇₁² sin θ₂ − φ₂) / (1.25 − d₂²/d₁)
 *   θ̈₁ = −(d₂ θ̈₂ + φ₁) / d₁
 * </pre>
 *
 * <p>One classical Runge-Kutta step of 0.2 s an action. Actions: 0, 1, 2 for torque −1, 0, 1. Observation: cos θ₁, sin θ₁,
 * cos θ₂, sin θ₂, θ̇₁, θ̇₂, as single-precision numbers. Reward: −1 a step and 0 for the one that reaches the line, which
 * terminates.
 *
 * <p>The motion is chaotic: where the last bit of a sine differs, whole episodes end up differing in the sixth digit.
 */
public final class Acrobot extends ClassicControl {

    private static final double TIME_STEP = 0.2;
    private static final double GRAVITY = 9.8;
    private static final double MAX_SPEED_1 = 4 * Math.PI;
    private static final double MAX_SPEED_2 = 9 * Math.PI;
    private static final double START_RANGE = 0.1;
    private static final int SIZE = 4;

    private final double[] state = new double[SIZE]; // θ₁, θ₂, θ̇₁, θ̇₂
    private final double[] point = new double[SIZE];
    private final double[][] slopes = new double[4][SIZE];

    private Acrobot() {
        super(new EnvironmentSpecification(
                "Acrobot-v1",
                BoxSpace.vector(
                        new double[] {-1, -1, -1, -1, -MAX_SPEED_1, -MAX_SPEED_2},
                        new double[] {1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2},
                        ElementType.FLOAT32),
                new DiscreteSpace(3),
                OptionalInt.of(500),
                OptionalDouble.of(-100)));
    }

    /** Acrobot-v1. */
    public static Acrobot v1() {
        return new Acrobot();
    }

    @Override
    double[] start(Pcg64 random) {
        for (int i = 0; i < SIZE; i++) {
            state[i] = (float) random.uniform(-START_RANGE, START_RANGE);
        }
        float first = (float) state[0];
        float second = (float) state[1];
        return new double[] {
            SinglePrecision.cos(first),
            SinglePrecision.sin(first),
            SinglePrecision.cos(second),
            SinglePrecision.sin(second),
            state[2],
            state[3]
        };
    }

    @Override
    TimeStep advance(double[] action) {
        integrate(discreteAction(action, 3) - 1);
        state[0] = wrap(state[0]);
        state[1] = wrap(state[1]);
        state[2] = Math.max(-MAX_SPEED_1, Math.min(MAX_SPEED_1, state[2]));
        state[3] = Math.max(-MAX_SPEED_2, Math.min(MAX_SPEED_2, state[3]));
        double cosine = Trigonometry.cos(state[0]);
        boolean terminated = -cosine - Trigonometry.cos(state[1] + state[0]) > 1;
        double[] observation = {
            (float) cosine,
            (float) Trigonometry.sin(state[0]),
            (float) Trigonometry.cos(state[1]),
            (float) Trigonometry.sin(state[1]),
            (float) state[2],
            (float) state[3]
        };
        return new TimeStep(observation, terminated ? 0 : -1, terminated, false);
    }

    /** y ← y + h/6 (k₁ + 2k₂ + 2k₃ + k₄). */
    private void integrate(double torque) {
        derive(state, torque, slopes[0]);
        derive(shifted(slopes[0], TIME_STEP / 2), torque, slopes[1]);
        derive(shifted(slopes[1], TIME_STEP / 2), torque, slopes[2]);
        derive(shifted(slopes[2], TIME_STEP), torque, slopes[3]);
        for (int i = 0; i < SIZE; i++) {
            state[i] += TIME_STEP / 6 * (slopes[0][i] + 2 * slopes[1][i] + 2 * slopes[2][i] + slopes[3][i]);
        }
    }

    private double[] shifted(double[] slope, double time) {
        for (int i = 0; i < SIZE; i++) {
            point[i] = state[i] + time * slope[i];
        }
        return point;
    }

    private static void derive(double[] y, double torque, double[] slope) {
        double sine2 = Trigonometry.sin(y[1]);
        double cosine2 = Trigonometry.cos(y[1]);
        double d1 = 0.25 + (1.25 + cosine2) + 1.0 + 1.0;
        double d2 = 0.25 + 0.5 * cosine2 + 1.0;
        double phi2 = 0.5 * GRAVITY * Trigonometry.cos(y[0] + y[1] - Math.PI / 2);
        double phi1 = -0.5 * Power.square(y[3]) * sine2
                - y[3] * y[2] * sine2
                + 1.5 * GRAVITY * Trigonometry.cos(y[0] - Math.PI / 2)
                + phi2;
        double acceleration2 = (torque + d2 / d1 * phi1 - 0.5 * Power.square(y[2]) * sine2 - phi2)
                / (0.25 + 1.0 - Power.square(d2) / d1);
        slope[0] = y[2];
        slope[1] = y[3];
        slope[2] = -(d2 * acceleration2 + phi1) / d1;
        slope[3] = acceleration2;
    }

    /** The same angle in [−π, π]. */
    private static double wrap(double angle) {
        double wrapped = angle;
        while (wrapped > Math.PI) {
            wrapped -= 2 * Math.PI;
        }
        while (wrapped < -Math.PI) {
            wrapped += 2 * Math.PI;
        }
        return wrapped;
    }

    @Override
    void save(SnapshotWriter writer) {
        writer.putDoubles(state);
    }

    @Override
    void load(SnapshotReader reader) {
        for (int i = 0; i < SIZE; i++) {
            state[i] = reader.getDouble();
        }
    }
}
