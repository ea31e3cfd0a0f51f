package kingfisher.envs.remote;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Where a server listens. */
sealed interface Endpoint {

    /** Whether what is sent there stays on this machine. */
    boolean isLocal();

    /** Whether what is sent there is encrypted. */
    boolean isEncrypted();

    /**
     * A port of a host.
     *
     * @param host a name or a number; IPv6 without brackets
     */
    record Tcp(String host, int port, boolean isEncrypted) implements Endpoint {

        private static final Set<String> LOOPBACK = Set.of("localhost", "::1", "0:0:0:0:0:0:0:1");

        @Override
        public boolean isLocal() {
            // names are not looked up: who answers for them may be anyone
            return LOOPBACK.contains(host.toLowerCase(Locale.ROOT)) || host.matches("127(\\.[0-9]{1,3}){3}");
        }

        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }
    }

    /** A socket in the file system of this machine. */
    record Unix(Path path) implements Endpoint {

        @Override
        public boolean isLocal() {
            return true;
        }

        @Override
        public boolean isEncrypted() {
            return false;
        }

        @Override
        public String toString() {
            return "unix:" + path;
        }
    }
}
