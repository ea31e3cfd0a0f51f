package kingfisher.envs.wire;

import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import kingfisher.env.v1.Value;
import kingfisher.env.v1.ValueList;
import kingfisher.env.v1.ValueMap;
import kingfisher.envs.InvalidInputException;

/** Reads the text of one argument, by the rules of {@link ArgumentValues}. */
final class ValueParser {

    private static final Predicate<String> WHOLE = Pattern.compile("[+-]?\\d+").asMatchPredicate();
    private static final Predicate<String> NUMBER =
            Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?").asMatchPredicate();
    private static final int DEEPEST = 32;
    private static final char END = '\0';

    private final String name;
    private final String text;
    private int at;

    ValueParser(String name, String text) {
        this.name = name;
        this.text = text;
    }

    /** The value of the whole text. */
    Value parse() {
        if (text.isEmpty() || "[{\"".indexOf(text.charAt(0)) < 0) {
            return scalar(text);
        }
        Value value = value(0);
        if (peek() != END) {
            throw refused("nothing more");
        }
        return value;
    }

    private Value value(int depth) {
        if (depth > DEEPEST) {
            throw refused("at most " + DEEPEST + " levels");
        }
        return switch (peek()) {
            case '[' -> Value.newBuilder().setList(list(depth)).build();
            case '{' -> Value.newBuilder().setMap(map(depth)).build();
            case '"' -> Value.newBuilder().setText(quoted()).build();
            default -> bare();
        };
    }

    private ValueList list(int depth) {
        ValueList.Builder list = ValueList.newBuilder();
        at++;
        if (peek() == ']') {
            at++;
            return list.build();
        }
        do {
            list.addValues(value(depth + 1));
        } while (goesOn(']'));
        return list.build();
    }

    private ValueMap map(int depth) {
        ValueMap.Builder map = ValueMap.newBuilder();
        at++;
        if (peek() == '}') {
            at++;
            return map.build();
        }
        do {
            if (peek() != '"') {
                throw refused("a name in quotation marks");
            }
            String key = quoted();
            if (peek() != ':') {
                throw refused("a colon");
            }
            at++;
            map.putValues(key, value(depth + 1));
        } while (goesOn('}'));
        return map.build();
    }

    /** Passes a comma, or the end of a list or map. */
    private boolean goesOn(char close) {
        char next = peek();
        if (next != ',' && next != close) {
            throw refused("a comma or " + close);
        }
        at++;
        return next == ',';
    }

    private String quoted() {
        StringBuilder content = new StringBuilder();
        at++;
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (next == '"') {
                return content.toString();
            }
            content.append(next == '\\' ? escaped() : next);
        }
        throw refused("a closing quotation mark");
    }

    private char escaped() {
        char escape = at < text.length() ? text.charAt(at++) : END;
        return switch (escape) {
            case '"', '\\', '/' -> escape;
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'r' -> '\r';
            default -> {
                at--;
                throw refused("one of \" \\ / n t r after a backslash");
            }
        };
    }

    private Value bare() {
        int from = at;
        while (at < text.length() && ",]}".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String content = text.substring(from, at).strip();
        Value value = scalar(content);
        if (value.getKindCase() == Value.KindCase.TEXT) {
            at = from;
            throw refused("true, false, none, a number, a list, a map or a text in quotation marks");
        }
        return value;
    }

    private Value scalar(String content) {
        Value.Builder value = Value.newBuilder();
        if (WHOLE.test(content)) {
            return value.setInteger(whole(content)).build();
        }
        if (NUMBER.test(content)) {
            return value.setNumber(Double.parseDouble(content)).build();
        }
        return switch (content.toLowerCase(Locale.ROOT)) {
            case "true" -> value.setFlag(true).build();
            case "false" -> value.setFlag(false).build();
            case "none", "null" -> value.setNone(true).build();
            case "inf", "+inf" -> value.setNumber(Double.POSITIVE_INFINITY).build();
            case "-inf" -> value.setNumber(Double.NEGATIVE_INFINITY).build();
            case "nan" -> value.setNumber(Double.NaN).build();
            default -> value.setText(content).build();
        };
    }

    private long whole(String content) {
        try {
            return Long.parseLong(content);
        } catch (NumberFormatException tooLarge) {
            throw new InvalidInputException("argument " + name + " must be within 64 bits: " + content);
        }
    }

    /** The next character that is no blank, to which this moves. */
    private char peek() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : END;
    }

    private InvalidInputException refused(String expected) {
        return new InvalidInputException(
                "argument " + name + " must have " + expected + " at character " + (at + 1) + ": " + text);
    }
}
