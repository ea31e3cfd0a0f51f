package kingfisher.agents.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingTest {
    @ParameterizedTest
    @ValueSource(strings = {"1.5", "0", "-0.1", "NaN", "Infinity", "-Infinity", "1e400", "a lot", ""})
    void aNumberOutsideItsRangeIsRefusedWithTheRangeAndTheValue(String text) {
        assertThatThrownBy(() -> PpoSettings.CLIP.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("clip must be a number in (0, 1]: " + (text.isEmpty() ? "(nothing)" : text));
    }

    @Test
    void aNumberOnAnIncludedBoundIsAccepted() {
        assertThat(PpoSettings.CLIP.parse("1")).isEqualTo(1.0);
        assertThat(CommonSettings.DISCOUNT.parse("0")).isEqualTo(0.0);
    }

    @ParameterizedTest
    @CsvSource({
        "learning-rate, a number greater than 0",
        "entropy-coefficient, a number of at least 0",
        "discount, 'a number in [0, 1]'",
        "momentum, 'a number in [0, 1)'",
        "stop-at-return, none or a number",
        "environments, a whole number of at least 1",
        "evaluation-interval, auto or a whole number of at least 0",
        "normalize-rewards, true or false",
        "proximity, 'one of clip, kl, adaptive-kl, none'",
        "activation, 'one of tanh, relu, elu, sigmoid, identity'",
        "optimizer, 'one of adam, rmsprop, sgd'",
        "rmsprop-form, 'one of torch, tensorflow'",
        "initialization, 'one of orthogonal, uniform'",
        "critic-hidden, 'none or whole numbers of at least 1 separated by commas, as in 64,64'"
    })
    void theRangeIsSaidInWords(String key, String words) {
        assertThat(PpoSettings.ALGORITHM.settings().find(key).accepted()).isEqualTo(words);
    }

    @Test
    void stepsAreReadInEachNotation() {
        assertThat(CommonSettings.STEPS.parse("1.5M")).isEqualTo(1_500_000);
        assertThatThrownBy(() -> CommonSettings.STEPS.parse("0"))
                .hasMessage("steps must be a whole number of at least 1: 0");
    }

    @Test
    void anIntegerThatDoesNotFitIsRefusedAndDoesNotWrap() {
        assertThatThrownBy(() -> CommonSettings.ENVIRONMENTS.parse("4294967297"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageEndingWith(": 4294967297");
    }

    @ParameterizedTest
    @ValueSource(strings = {"64,32", "[64, 32]", "64, 32", "[64,32]"})
    void listsAreReadWithAndWithoutBrackets(String text) {
        assertThat(CommonSettings.HIDDEN.parse(text)).containsExactly(64, 32);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "64,", ",64", "64,,64", "64;64", "64,0", "[64", "none"})
    void listsThatAreNoneAreRefused(String text) {
        assertThatThrownBy(() -> CommonSettings.HIDDEN.parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("hidden must be whole numbers of at least 1 separated by commas");
    }

    @Test
    void choicesAndOptionalValuesAreReadByTheirNames() {
        assertThat(PpoSettings.PROXIMITY.parse("adaptive-kl")).isEqualTo(Proximity.ADAPTIVE_KL);
        assertThat(CommonSettings.ACTIVATION.parse("relu")).isEqualTo(Activation.RELU);
        assertThat(PpoSettings.TARGET_KL.parse("none")).isEmpty();
        assertThat(PpoSettings.TARGET_KL.parse("0.02")).contains(0.02);
        assertThat(CommonSettings.CRITIC_HIDDEN.parse("[256,256]")).contains(List.of(256, 256));
        assertThatThrownBy(() -> CommonSettings.ACTIVATION.parse("TANH")).isInstanceOf(InvalidInputException.class);
    }

    @Test
    void everyDefaultIsPrintedSoThatItParsesBack() {
        for (SettingGroup group : PpoSettings.ALGORITHM.settings().groups()) {
            group.settings().forEach(SettingTest::assertDefaultParsesBack);
        }
    }

    private static <T> void assertDefaultParsesBack(Setting<T> setting) {
        assertThat(setting.parse(setting.print(setting.defaultValue()))).isEqualTo(setting.defaultValue());
    }

    @Test
    void valuesGivenByAProgramMeetTheSameRule() {
        assertThatThrownBy(() -> PpoSettings.CLIP.check(Double.NaN))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("clip must be a number in (0, 1]: NaN");
        assertThatThrownBy(() -> PpoSettings.TARGET_KL.check(Optional.of(-1.0)))
                .hasMessage("target-kl must be none or a number greater than 0: -1");
    }

    @Test
    void aMessageStaysOnOneLine() {
        assertThatThrownBy(() -> PpoSettings.CLIP.parse("a\nb\tc"))
                .hasMessage("clip must be a number in (0, 1]: a b c");
        assertThatThrownBy(() -> PpoSettings.CLIP.parse("x".repeat(1000)))
                .hasMessageMatching("clip must be a number in \\(0, 1]: x{80}…");
    }
}
