package kingfisher.envs.registry;

/**
 * Something that can be set when an environment is opened.
 *
 * @param name what it is called, as in {@code --env-arg name=value}
 * @param type what its value has to be
 * @param defaultValue the value when nothing is set
 * @param description one line that says what it does
 */
public record EnvironmentArgument(String name, ArgumentType type, String defaultValue, String description) {

    /** Checks that the default is of the type. */
    public EnvironmentArgument {
        if (!type.accepts(defaultValue)) {
            throw new IllegalArgumentException(
                    "the default of " + name + " must be " + type.accepted() + ": " + defaultValue);
        }
    }

    /** An argument that is true or false. */
    public static EnvironmentArgument flag(String name, boolean defaultValue, String description) {
        return new EnvironmentArgument(name, ArgumentType.FLAG, Boolean.toString(defaultValue), description);
    }

    /** An argument that is a finite number. */
    public static EnvironmentArgument number(String name, double defaultValue, String description) {
        return new EnvironmentArgument(name, ArgumentType.NUMBER, Double.toString(defaultValue), description);
    }

    /** An argument that is a whole number. */
    public static EnvironmentArgument integer(String name, int defaultValue, String description) {
        return new EnvironmentArgument(name, ArgumentType.INTEGER, Integer.toString(defaultValue), description);
    }

    /** An argument that is any text. */
    public static EnvironmentArgument text(String name, String defaultValue, String description) {
        return new EnvironmentArgument(name, ArgumentType.TEXT, defaultValue, description);
    }
}
