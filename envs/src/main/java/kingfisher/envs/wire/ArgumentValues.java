package kingfisher.envs.wire;

import java.util.Map;
import java.util.stream.Collectors;
import kingfisher.env.v1.Value;
import kingfisher.env.v1.ValueList;
import kingfisher.env.v1.ValueMap;
import kingfisher.envs.InvalidInputException;

/**
 * Arguments of environments, as the text of a command line and as typed values.
 *
 * <p>A text means, in any case, the flag {@code true} or {@code false} or the absence {@code none} or {@code null}; else a
 * whole number of 64 bits ({@code 42}) or a number ({@code 0.5}, {@code 1e-3}, {@code inf}, {@code nan}) if it looks like
 * one; else, by its first character, a list ({@code [0.2, inf]}), a map (<code>{"a": 1}</code>) or a text in quotation
 * marks, in JSON's form with these same values inside; else itself.
 */
public final class ArgumentValues {

    private ArgumentValues() {}

    /**
     * The value that a text means.
     *
     * @param name the argument's name, for the exception
     * @throws InvalidInputException if the text begins like a list, a map or a quoted text and is none, or if it is a whole
     *     number beyond 64 bits
     */
    public static Value parse(String name, String text) {
        return new ValueParser(name, text.strip()).parse();
    }

    /**
     * The text that means the value where it is read with a known type: a text is itself, without quotation marks.
     *
     * @throws InvalidInputException if the value is not set
     */
    public static String text(String name, Value value) {
        return value.getKindCase() == Value.KindCase.TEXT ? value.getText() : nested(name, value);
    }

    private static String nested(String name, Value value) {
        return switch (value.getKindCase()) {
            case FLAG -> Boolean.toString(value.getFlag());
            case INTEGER -> Long.toString(value.getInteger());
            case NUMBER -> number(value.getNumber());
            case TEXT -> quoted(value.getText());
            case LIST -> list(name, value.getList());
            case MAP -> map(name, value.getMap());
            case NONE -> "none";
            case KIND_NOT_SET -> throw new InvalidInputException("argument " + name + " has no value");
        };
    }

    private static String number(double number) {
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        return Double.isNaN(number) ? "nan" : Double.toString(number);
    }

    private static String list(String name, ValueList list) {
        return list.getValuesList().stream()
                .map(value -> nested(name, value))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static String map(String name, ValueMap map) {
        return map.getValuesMap().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> quoted(entry.getKey()) + ": " + nested(name, entry.getValue()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
