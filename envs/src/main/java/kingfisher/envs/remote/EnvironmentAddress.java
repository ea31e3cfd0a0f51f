package kingfisher.envs.remote;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kingfisher.envs.InvalidInputException;

/** Where an environment lives, as its id says. */
sealed interface EnvironmentAddress {

    /**
     * In this process.
     *
     * @param id its name in the registry
     */
    record Native(String id) implements EnvironmentAddress {}

    /**
     * In a Gymnasium server that is started for it.
     *
     * @param environment Gymnasium's id
     */
    record LocalGymnasium(String environment) implements EnvironmentAddress {}

    /**
     * On a server that runs.
     *
     * @param environment what the server calls it
     */
    record Remote(Endpoint endpoint, String environment) implements EnvironmentAddress {}

    /** What an id of an environment outside this process looks like. */
    String FORMS = "gym:ID, grpc://HOST:PORT/ID, grpcs://HOST:PORT/ID or grpc:unix:PATH/ID";

    /**
     * Reads an id.
     *
     * @throws InvalidInputException if it has a colon and none of the forms
     */
    static EnvironmentAddress parse(String id) {
        if (id.startsWith("gym:")) {
            return new LocalGymnasium(environment(id, id.substring("gym:".length())));
        }
        if (id.startsWith("grpc:unix:")) {
            return unix(id, id.substring("grpc:unix:".length()));
        }
        if (id.startsWith("grpc://")) {
            return tcp(id, id.substring("grpc://".length()), false);
        }
        if (id.startsWith("grpcs://")) {
            return tcp(id, id.substring("grpcs://".length()), true);
        }
        if (id.contains(":")) {
            throw new InvalidInputException("an environment's id with a colon must have the form " + FORMS + ": " + id);
        }
        return new Native(id);
    }

    private static String environment(String id, String name) {
        if (name.isBlank()) {
            throw new InvalidInputException(id + " names no environment; the forms are " + FORMS);
        }
        if (name.contains(":")) {
            throw new InvalidInputException(
                    "an id does not import modules (--python-import, or --import of the server, does): " + id);
        }
        return name;
    }

    private static Remote tcp(String id, String rest, boolean encrypted) {
        Matcher parts = Pattern.compile("(?:\\[([0-9a-fA-F:.%]+)]|([^:/\\[\\]@\\s]+))(?::([0-9]{1,5}))?/(.*)")
                .matcher(rest);
        if (!parts.matches()) {
            throw new InvalidInputException(id + " must have the form " + scheme(encrypted) + "HOST:PORT/ID");
        }
        String port = parts.group(3);
        if (port == null || Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535) {
            throw new InvalidInputException(
                    id + " must have the form " + scheme(encrypted) + "HOST:PORT/ID with a port from 1 to 65535");
        }
        String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
        return new Remote(new Endpoint.Tcp(host, Integer.parseInt(port), encrypted), environment(id, parts.group(4)));
    }

    private static String scheme(boolean encrypted) {
        return encrypted ? "grpcs://" : "grpc://";
    }

    /**
     * Paths have slashes, and so may ids (namespace/name): the socket is what comes before the last slash, or, if only that
     * exists, what comes before the last but one.
     */
    private static Remote unix(String id, String rest) {
        int last = rest.lastIndexOf('/');
        if (last < 1) {
            throw new InvalidInputException(id + " must have the form grpc:unix:PATH/ID");
        }
        int before = rest.lastIndexOf('/', last - 1);
        try {
            boolean namespaced = before > 0
                    && !Files.exists(Path.of(rest.substring(0, last)))
                    && Files.exists(Path.of(rest.substring(0, before)))
                    && !Files.isDirectory(Path.of(rest.substring(0, before)));
            int end = namespaced ? before : last;
            return new Remote(
                    new Endpoint.Unix(Path.of(rest.substring(0, end)).toAbsolutePath()),
                    environment(id, rest.substring(end + 1)));
        } catch (InvalidPathException wrong) {
            throw new InvalidInputException(id + " must have the form grpc:unix:PATH/ID: " + wrong.getReason());
        }
    }
}
