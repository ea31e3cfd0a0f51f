package kingfisher.envs.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kingfisher.env.v1.Value;
import kingfisher.env.v1.ValueList;
import kingfisher.env.v1.ValueMap;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentValuesTest {

    @ParameterizedTest
    @ValueSource(strings = {"true", "True", "TRUE", " true "})
    void flags(String text) {
        assertThat(parse(text)).isEqualTo(Value.newBuilder().setFlag(true).build());
        assertThat(parse("False")).isEqualTo(Value.newBuilder().setFlag(false).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "None", "null"})
    void absence(String text) {
        assertThat(parse(text)).isEqualTo(Value.newBuilder().setNone(true).build());
    }

    @ParameterizedTest
    @CsvSource({"0,0", "-7,-7", "+12,12", "9223372036854775807,9223372036854775807", "007,7"})
    void wholeNumbers(String text, long expected) {
        assertThat(parse(text)).isEqualTo(integer(expected));
    }

    @ParameterizedTest
    @CsvSource({"0.5,0.5", "1.,1", ".5,0.5", "1e-3,0.001", "-2E4,-20000", "inf,Infinity", "-inf,-Infinity", "nan,NaN"})
    void numbers(String text, double expected) {
        assertThat(parse(text)).isEqualTo(number(expected));
    }

    @ParameterizedTest
    @ValueSource(strings = {"8x8", "human", "1.2.3", "-", "e5", "truely", "a [b]", "a, b", "0x10", "1_000"})
    void texts(String text) {
        assertThat(parse(text)).isEqualTo(text(text));
    }

    @Test
    void anEmptyTextIsAText() {
        assertThat(parse("")).isEqualTo(text(""));
    }

    @Test
    void quotationMarksMakeATextOfWhatLooksLikeSomethingElse() {
        assertThat(parse("\"true\"")).isEqualTo(text("true"));
        assertThat(parse("\"a \\\"b\\\" \\\\ \\n\"")).isEqualTo(text("a \"b\" \\ \n"));
    }

    @Test
    void listsAndMapsHoldValues() {
        Value expected = list(
                number(0.2),
                number(Double.POSITIVE_INFINITY),
                list(integer(1), text("SFFF"), Value.newBuilder().setFlag(true).build()),
                Value.newBuilder()
                        .setMap(ValueMap.newBuilder().putValues("a", list()))
                        .build());

        assertThat(parse("[0.2, inf,[1,\"SFFF\", true ], {\"a\": []}]")).isEqualTo(expected);
        assertThat(parse("[]")).isEqualTo(list());
        assertThat(parse("{}"))
                .isEqualTo(
                        Value.newBuilder().setMap(ValueMap.getDefaultInstance()).build());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1, 2 | a comma or ] at character 6",
                "[1 2] | a number",
                "[1, ] | a number",
                "[a] | a text in quotation marks at character 2",
                "[1] x | nothing more at character 5",
                "{1: 2} | a name in quotation marks at character 2",
                "{\"a\" 2} | a colon at character 6",
                "{\"a\": 2 | a comma or } at character 8",
                "\"abc | a closing quotation mark at character 5",
                "\"a\\qc\" | one of \" \\ / n t r after a backslash at character 4",
                "9223372036854775808 | must be within 64 bits: 9223372036854775808"
            })
    void whatIsNoneOfTheseIsRefusedByPlace(String text, String expected) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("argument map ")
                .hasMessageContaining(expected);
    }

    @Test
    void levelsAreLimited() {
        assertThatThrownBy(() -> parse("[".repeat(100_000))).hasMessageContaining("at most 32 levels");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "true",
                "none",
                "-3",
                "0.1",
                "1.0E-5",
                "inf",
                "-inf",
                "nan",
                "human",
                "[0.2, inf]",
                "[\"SF\\\"FF\", [], {\"a\": 1, \"b\": none}]"
            })
    void theCanonicalTextMeansTheValue(String text) {
        assertThat(ArgumentValues.text("map", parse(text))).isEqualTo(text);
        assertThat(parse(ArgumentValues.text("map", parse(text)))).isEqualTo(parse(text));
    }

    @Test
    void aValueThatIsNotSetIsRefused() {
        assertThatThrownBy(() -> ArgumentValues.text("map", Value.getDefaultInstance()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("argument map has no value");
    }

    private static Value parse(String text) {
        return ArgumentValues.parse("map", text);
    }

    private static Value integer(long value) {
        return Value.newBuilder().setInteger(value).build();
    }

    private static Value number(double value) {
        return Value.newBuilder().setNumber(value).build();
    }

    private static Value text(String value) {
        return Value.newBuilder().setText(value).build();
    }

    private static Value list(Value... values) {
        return Value.newBuilder()
                .setList(ValueList.newBuilder().addAllValues(java.util.List.of(values)))
                .build();
    }
}
