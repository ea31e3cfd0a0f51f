package kingfisher.envs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import kingfisher.envs.Environment;
import kingfisher.envs.FakeEnvironment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.wrapper.TimeLimit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentsTest {

    @Test
    void theClassicTasksAreRegisteredInOrder() {
        assertThat(Environments.registrations().stream().map(EnvironmentRegistration::id))
                .isSorted()
                .contains(
                        "Acrobot-v1",
                        "CartPole-v0",
                        "CartPole-v1",
                        "MountainCar-v0",
                        "MountainCarContinuous-v0",
                        "Pendulum-v1");
    }

    @Test
    void everyRegisteredEnvironmentOpensWithItsDefaults() {
        for (EnvironmentRegistration registration : Environments.registrations()) {
            try (Environment environment = Environments.create(registration.id(), Map.of())) {
                assertThat(environment.specification().id()).isEqualTo(registration.id());
                assertThat(environment.specification())
                        .isEqualTo(Environments.specification(registration.id(), Map.of()));
                assertThat(environment.reset(0))
                        .hasSize(environment.specification().observationSpace().size());
            }
        }
    }

    @Test
    void anOpenedEnvironmentHasItsTimeLimit() {
        try (Environment environment = Environments.create("Pendulum-v1", Map.of())) {
            assertThat(environment).isInstanceOf(TimeLimit.class);
            environment.reset(0);
            for (int t = 1; t < 200; t++) {
                assertThat(environment.step(new double[] {0}).truncated()).isFalse();
            }
            assertThat(environment.step(new double[] {0}).truncated()).isTrue();
        }
    }

    @Test
    void anArgumentChangesTheEnvironment() {
        try (Environment plain = Environments.create("CartPole-v1", Map.of("sutton_barto_reward", "FALSE"));
                Environment changed = Environments.create("CartPole-v1", Map.of("sutton_barto_reward", "True"))) {
            plain.reset(0);
            changed.reset(0);
            assertThat(plain.step(new double[] {1}).reward()).isEqualTo(1);
            assertThat(changed.step(new double[] {1}).reward()).isZero();
        }
    }

    @Test
    void aGroupHasTheSizeThatIsAskedFor() {
        try (VectorEnvironment group = Environments.createVector("Acrobot-v1", Map.of(), 5)) {
            VectorTimeStep step = VectorTimeStep.of(group);
            group.reset(0, step);
            assertThat(group.count()).isEqualTo(5);
            assertThat(step.observations()).hasSize(5 * 6);
        }
        assertThatThrownBy(() -> Environments.createVector("Acrobot-v1", Map.of(), 0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the number of environments must be at least 1: 0");
    }

    @Test
    void anUnknownIdIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> Environments.create("CartPole-v2", Map.of()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("unknown environment CartPole-v2; nearest: CartPole-v0, CartPole-v1");
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 700})
    void anotherTimeLimitReplacesItsOwn(int limit) {
        try (Environment environment = Environments.create("Pendulum-v1", Map.of(), OptionalInt.of(limit))) {
            assertThat(lengthOfAnEpisode(environment, limit + 1)).isEqualTo(limit);
        }
    }

    @Test
    void withoutATimeLimitAnEpisodeGoesOn() {
        try (Environment environment = Environments.create("Pendulum-v1", Map.of(), OptionalInt.empty())) {
            assertThat(lengthOfAnEpisode(environment, 1000)).isEqualTo(1000);
        }
        assertThatThrownBy(() -> Environments.create("Pendulum-v1", Map.of(), OptionalInt.of(0)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("Pendulum-v1: the time limit must be at least 1: 0");
    }

    private static int lengthOfAnEpisode(Environment environment, int most) {
        environment.reset(1);
        int length = 1;
        while (!environment.step(new double[1]).ended() && length < most) {
            length++;
        }
        return length;
    }

    @Test
    void anUnknownArgumentIsNamedWithItsValueAndTheAcceptedOnes() {
        assertThatThrownBy(() -> Environments.create("Pendulum-v1", Map.of("gravity", "9.81")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("Pendulum-v1: unknown argument gravity=9.81; known: g");
        assertThatThrownBy(() -> Environments.create("Acrobot-v1", Map.of("g", "9.81")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("Acrobot-v1: unknown argument g=9.81; it has none");
    }

    @Test
    void anArgumentOfTheWrongTypeIsNamedWithWhatIsAccepted() {
        assertThatThrownBy(() -> Environments.create("Pendulum-v1", Map.of("g", "heavy")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("Pendulum-v1: argument g must be a finite number: heavy");
        assertThatThrownBy(() -> Environments.create("CartPole-v1", Map.of("sutton_barto_reward", "1")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("CartPole-v1: argument sutton_barto_reward must be true or false: 1");
    }

    @Test
    void twoProvidersOfOneIdAreBothNamed() {
        EnvironmentProvider first = () -> List.of(registration("Fake-v0"));
        EnvironmentProvider second = new SecondProvider();

        assertThatThrownBy(() -> new Environments(List.of(first, second)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("Fake-v0")
                .hasMessageContaining(first.getClass().getName())
                .hasMessageContaining("SecondProvider");
    }

    @Test
    void anEnvironmentHasToCarryTheIdItIsRegisteredBy() {
        Environments registry = new Environments(List.of(() -> List.of(registration("Other-v0"))));

        assertThatThrownBy(() -> registry.open("Other-v0", Map.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the environment registered as Other-v0 calls itself Fake-v0");
    }

    @Test
    void anIdCannotLookLikeARemoteOne() {
        assertThatThrownBy(() -> registration("gym:Fake-v0")).hasMessageContaining("colon: gym:Fake-v0");
    }

    private static EnvironmentRegistration registration(String id) {
        return new EnvironmentRegistration(id, "a random walk", arguments -> new FakeEnvironment());
    }

    private static final class SecondProvider implements EnvironmentProvider {
        @Override
        public List<EnvironmentRegistration> registrations() {
            return List.of(registration("Fake-v0"));
        }
    }
}
