package kingfisher.agents.settings;

import java.util.Optional;
import kingfisher.envs.InvalidInputException;

/**
 * One thing a user can set: its key, its default, what it accepts and what it does. The default stands here and nowhere
 * else.
 *
 * @param <T> the type of the value
 */
public final class Setting<T> {
    private final String key;
    private final T defaultValue;
    private final ValueFormat<T> format;
    private final String description;

    private Setting(String key, T defaultValue, ValueFormat<T> format, String description) {
        this.key = key;
        this.defaultValue = defaultValue;
        this.format = format;
        this.description = description;
    }

    static <T> Setting<T> of(String key, T defaultValue, ValueFormat<T> format, String description) {
        Setting<T> setting = new Setting<>(key, defaultValue, format, description);
        setting.check(defaultValue);
        return setting;
    }

    /** Returns the name under which a user sets this, in kebab case. */
    public String key() {
        return key;
    }

    /** Returns the value that holds where an algorithm has no default of its own and nobody sets another. */
    public T defaultValue() {
        return defaultValue;
    }

    /** Returns what is accepted, in words, as in "a number in (0, 1]". */
    public String accepted() {
        return format.accepted();
    }

    /** Returns one sentence on what this sets. */
    public String description() {
        return description;
    }

    /**
     * Returns the value that the text stands for.
     *
     * @throws InvalidInputException if the text is not what this setting accepts
     */
    public T parse(String text) {
        Optional<T> value = format.read(text);
        return value.orElseThrow(
                () -> new InvalidInputException(key + " must be " + accepted() + ": " + Quoted.of(text)));
    }

    /** Returns the text that {@link #parse} turns back into the value. */
    public String print(T value) {
        return format.print(value);
    }

    /**
     * Returns the value as it is kept.
     *
     * @throws InvalidInputException if this setting does not accept the value
     */
    T check(T value) {
        // what can be written down and read back is, by the same rule, what a user could have set
        return parse(print(value));
    }

    @Override
    public String toString() {
        return key;
    }
}
