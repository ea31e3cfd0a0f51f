package kingfisher.envs.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import kingfisher.envs.FakeEnvironment;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentArgumentsTest {

    private static final EnvironmentRegistration REGISTRATION = new EnvironmentRegistration(
            "Fake-v0",
            "a random walk",
            List.of(
                    EnvironmentArgument.flag("slow", true, "whether it is slow"),
                    EnvironmentArgument.number("scale", 1.5, "how far a step goes"),
                    EnvironmentArgument.integer("length", 7, "how many places there are"),
                    EnvironmentArgument.text("name", "walk", "what it is called")),
            arguments -> new FakeEnvironment());

    @Test
    void whatIsNotGivenHasItsDefault() {
        EnvironmentArguments arguments = new EnvironmentArguments(REGISTRATION, Map.of());

        assertThat(arguments.flag("slow")).isTrue();
        assertThat(arguments.number("scale")).isEqualTo(1.5);
        assertThat(arguments.integer("length")).isEqualTo(7);
        assertThat(arguments.text("name")).isEqualTo("walk");
    }

    @Test
    void whatIsGivenReplacesTheDefault() {
        EnvironmentArguments arguments = new EnvironmentArguments(
                REGISTRATION, Map.of("slow", "false", "scale", "-2e3", "length", "-4", "name", "x"));

        assertThat(arguments.flag("slow")).isFalse();
        assertThat(arguments.number("scale")).isEqualTo(-2000);
        assertThat(arguments.integer("length")).isEqualTo(-4);
        assertThat(arguments.text("name")).isEqualTo("x");
    }

    @ParameterizedTest
    @CsvSource({
        "slow, yes, true or false",
        "scale, NaN, a finite number",
        "scale, Infinity, a finite number",
        "scale, '', a finite number",
        "length, 1.5, a whole number",
        "length, 2147483648, a whole number",
        "length, '', a whole number"
    })
    void whatIsNotAcceptedIsNamed(String name, String value, String accepted) {
        assertThatThrownBy(() -> new EnvironmentArguments(REGISTRATION, Map.of(name, value)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("Fake-v0: argument " + name + " must be " + accepted + ": " + value);
    }

    @Test
    void aMisspeltNameIsAnsweredWithTheNearest() {
        assertThatThrownBy(() -> new EnvironmentArguments(REGISTRATION, Map.of("lenght", "3")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("Fake-v0: unknown argument lenght=3; nearest: length");
    }

    @Test
    void anUndeclaredNameIsAProgrammingError() {
        EnvironmentArguments arguments = new EnvironmentArguments(REGISTRATION, Map.of());

        assertThatThrownBy(() -> arguments.text("other"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other");
    }

    @Test
    void aDefaultOfTheWrongTypeIsAProgrammingError() {
        assertThatThrownBy(() -> new EnvironmentArgument("n", ArgumentType.INTEGER, "many", "how many"))
                .hasMessage("the default of n must be a whole number: many");
    }
}
