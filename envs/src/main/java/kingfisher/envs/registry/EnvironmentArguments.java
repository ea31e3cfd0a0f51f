package kingfisher.envs.registry;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;

/** A checked value for each argument that an environment declares: what was set, else the default. */
public final class EnvironmentArguments {

    private final String id;
    private final Map<String, String> values = new LinkedHashMap<>();

    EnvironmentArguments(EnvironmentRegistration registration, Map<String, String> given) {
        this.id = registration.id();
        checkNames(registration.arguments(), given);
        for (EnvironmentArgument argument : registration.arguments()) {
            String value = given.getOrDefault(argument.name(), argument.defaultValue());
            if (!argument.type().accepts(value)) {
                throw new InvalidInputException(id + ": argument " + argument.name() + " must be "
                        + argument.type().accepted() + ": " + value);
            }
            values.put(argument.name(), value);
        }
    }

    private void checkNames(List<EnvironmentArgument> declared, Map<String, String> given) {
        List<String> names = declared.stream().map(EnvironmentArgument::name).toList();
        for (Map.Entry<String, String> entry : given.entrySet()) {
            if (!names.contains(entry.getKey())) {
                String known = names.isEmpty() ? "; it has none" : NearestNames.hint(entry.getKey(), names);
                throw new InvalidInputException(
                        id + ": unknown argument " + entry.getKey() + "=" + entry.getValue() + known);
            }
        }
    }

    /** The value of a declared flag. */
    public boolean flag(String name) {
        return Boolean.parseBoolean(text(name));
    }

    /** The value of a declared number. */
    public double number(String name) {
        return Double.parseDouble(text(name));
    }

    /** The value of a declared whole number. */
    public int integer(String name) {
        return Integer.parseInt(text(name));
    }

    /** The value of a declared argument as it was written. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException(id + " declares no argument " + name);
        }
        return value;
    }
}
