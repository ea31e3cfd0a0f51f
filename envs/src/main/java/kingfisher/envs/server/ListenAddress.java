package kingfisher.envs.server;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kingfisher.envs.InvalidInputException;

/** Where a server listens; its text is what {@link #parse} takes. */
public sealed interface ListenAddress {

    /** Whether only programs of this machine can reach it. */
    boolean isLocal();

    /**
     * A port of a network address.
     *
     * @param address with a number for its host; port 0 picks a free one
     */
    record Tcp(InetSocketAddress address) implements ListenAddress {

        @Override
        public boolean isLocal() {
            return address.getAddress().isLoopbackAddress();
        }

        /** This address with the port that was picked. */
        Tcp withPort(int port) {
            return new Tcp(new InetSocketAddress(address.getAddress(), port));
        }

        @Override
        public String toString() {
            String host = address.getAddress().getHostAddress();
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
        }
    }

    /** A socket in the file system. */
    record Unix(Path path) implements ListenAddress {

        @Override
        public boolean isLocal() {
            return true;
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }

    /** What the system keeps of a socket's path, without the byte that ends it. */
    int LONGEST_PATH = 107;

    /**
     * Reads {@code HOST:PORT} or {@code unix:PATH}.
     *
     * @throws InvalidInputException if the text is neither, or the host is not known
     */
    static ListenAddress parse(String text) {
        if (text.startsWith("unix:")) {
            return unix(text);
        }
        Matcher parts = Pattern.compile("(?:\\[([0-9a-fA-F:.%\\w]+)]|([^:\\[\\]/\\s]+)):([0-9]{1,5})")
                .matcher(text);
        if (!parts.matches() || Integer.parseInt(parts.group(3)) > 65_535) {
            throw new InvalidInputException(
                    "the address must be HOST:PORT, such as 127.0.0.1:50051, or unix:PATH: " + text);
        }
        String host = parts.group(1) == null ? parts.group(2) : parts.group(1);
        try {
            // a name can mean several addresses, of which one may be taken
            InetAddress address = Arrays.stream(InetAddress.getAllByName(host))
                    .min((a, b) -> Boolean.compare(b instanceof Inet4Address, a instanceof Inet4Address))
                    .orElseThrow();
            return new Tcp(new InetSocketAddress(address, Integer.parseInt(parts.group(3))));
        } catch (UnknownHostException unknown) {
            throw new InvalidInputException("the host of the address is not known: " + text);
        }
    }

    private static Unix unix(String text) {
        try {
            Path path = Path.of(text.substring("unix:".length()));
            if (path.toString().isEmpty()) {
                throw new InvalidInputException("the address must be unix:PATH with a path: " + text);
            }
            int bytes = path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8).length;
            if (bytes > LONGEST_PATH) {
                throw new InvalidInputException(
                        "the path of a socket can have " + LONGEST_PATH + " bytes at most, not " + bytes + ": " + text);
            }
            return new Unix(path);
        } catch (InvalidPathException wrong) {
            throw new InvalidInputException("the address must be unix:PATH: " + wrong.getReason());
        }
    }
}
