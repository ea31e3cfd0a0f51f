package kingfisher.envs.registry;

import java.math.BigInteger;
import java.util.Locale;

/** What the text of an argument has to be. */
public enum ArgumentType {
    /** {@code true} or {@code false}, in any case. */
    FLAG("true or false"),
    /** A finite number. */
    NUMBER("a finite number"),
    /** A whole number of 32 bits. */
    INTEGER("a whole number"),
    /** Any text. */
    TEXT("text");

    private final String accepted;

    ArgumentType(String accepted) {
        this.accepted = accepted;
    }

    /** What is accepted, in words. */
    public String accepted() {
        return accepted;
    }

    boolean accepts(String text) {
        try {
            return switch (this) {
                case FLAG -> text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
                case NUMBER -> Double.isFinite(Double.parseDouble(text));
                case INTEGER -> new BigInteger(text).bitLength() < Integer.SIZE;
                case TEXT -> true;
            };
        } catch (NumberFormatException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
