package kingfisher.experiments.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import kingfisher.experiments.bench.PeerPython.Peers;

/** Stands in for a peer's Python. */
final class ShellInterpreter {

    private ShellInterpreter() {}

    /** Returns an interpreter that does what a shell script says; {@code $1} is the peer's script. */
    static PeerPython of(Path directory, Peers peers, String shell) throws IOException {
        Path file = directory.resolve("python");
        Files.writeString(file, "#!/bin/sh\n" + shell + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return PeerPython.find(
                peers, Map.of("KINGFISHER_PEER_PYTHON", file.toString(), "KINGFISHER_JAX_PYTHON", file.toString()));
    }

    /** Returns a kfac-jax that takes a second for everything, on three threads. */
    static PeerPython kfacJax(Path directory) throws IOException {
        return of(directory, Peers.JAX, """
                while read line; do
                  echo '{"milliseconds": 1000, "threads": 3, "versions": {"jax": "0.7"}}'
                done
                """);
    }
}
