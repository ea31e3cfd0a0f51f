package kingfisher.envs.classic;

import java.util.List;
import kingfisher.envs.registry.EnvironmentArgument;
import kingfisher.envs.registry.EnvironmentProvider;
import kingfisher.envs.registry.EnvironmentRegistration;

/** Registers the classic control tasks, with Gymnasium's ids and argument names. */
public final class ClassicControlProvider implements EnvironmentProvider {

    private static final String SUTTON_BARTO = "sutton_barto_reward";
    private static final String GRAVITY = "g";
    private static final String GOAL_VELOCITY = "goal_velocity";

    /** Used by {@link java.util.ServiceLoader}. */
    public ClassicControlProvider() {}

    @Override
    public List<EnvironmentRegistration> registrations() {
        List<EnvironmentArgument> reward = List.of(EnvironmentArgument.flag(
                SUTTON_BARTO, false, "reward 0 a step and -1 for a failure, instead of 1 a step"));
        List<EnvironmentArgument> gravity = List.of(
                EnvironmentArgument.number(GRAVITY, Pendulum.DEFAULT_GRAVITY, "acceleration of gravity in m/s²"));
        List<EnvironmentArgument> goal = List.of(EnvironmentArgument.number(
                GOAL_VELOCITY, MountainCar.DEFAULT_GOAL_VELOCITY, "smallest velocity that counts as arriving"));
        return List.of(
                new EnvironmentRegistration("Acrobot-v1", "swing a two-link arm above a line", a -> Acrobot.v1()),
                new EnvironmentRegistration(
                        "CartPole-v0",
                        "balance a pole on a cart, 200 steps",
                        reward,
                        a -> CartPole.v0(a.flag(SUTTON_BARTO))),
                new EnvironmentRegistration(
                        "CartPole-v1",
                        "balance a pole on a cart, 500 steps",
                        reward,
                        a -> CartPole.v1(a.flag(SUTTON_BARTO))),
                new EnvironmentRegistration(
                        "MountainCar-v0",
                        "rock a weak car up a hill",
                        goal,
                        a -> MountainCar.v0(a.number(GOAL_VELOCITY))),
                new EnvironmentRegistration(
                        "MountainCarContinuous-v0",
                        "rock a weak car up a hill with a continuous force",
                        goal,
                        a -> ContinuousMountainCar.v0(a.number(GOAL_VELOCITY))),
                new EnvironmentRegistration(
                        "Pendulum-v1",
                        "swing a pendulum up and hold it",
                        gravity,
                        a -> Pendulum.v1(a.number(GRAVITY))));
    }
}
