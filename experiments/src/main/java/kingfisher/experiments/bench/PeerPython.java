package kingfisher.experiments.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import kingfisher.envs.InvalidInputException;

/** The interpreter in which peers are installed. */
record PeerPython(Peers peers, Path executable) {

    /** Peers that can be installed side by side. */
    enum Peers {
        STABLE_BASELINES3("KINGFISHER_PEER_PYTHON", ".venv", "requirements.txt"),
        JAX("KINGFISHER_JAX_PYTHON", ".venv-jax", "requirements-jax.txt");

        private final String variable;
        private final String install;

        Peers(String variable, String folder, String requirements) {
            this.variable = variable;
            this.install = "install the peers with: python3 -m venv " + folder + " && " + folder
                    + "/bin/pip install -r experiments/peers/" + requirements + " && export " + variable + "=$PWD/"
                    + folder + "/bin/python";
        }
    }

    /**
     * Returns the interpreter that the peers' variable names.
     *
     * @throws InvalidInputException if it names none
     */
    static PeerPython find(Peers peers, Map<String, String> environment) {
        String value = environment.getOrDefault(peers.variable, "");
        if (value.isBlank()) {
            throw new InvalidInputException(peers.variable + " is not set; " + peers.install);
        }
        Path executable = Path.of(value);
        if (!Files.isExecutable(executable) || Files.isDirectory(executable)) {
            throw new InvalidInputException(
                    peers.variable + " must be a Python interpreter: " + value + "; " + peers.install);
        }
        return new PeerPython(peers, executable);
    }

    /** The exception for an interpreter that cannot run a peer. */
    InvalidInputException unfit(String reason) {
        return new InvalidInputException(
                peers.variable + "=" + executable + " does not run the peer: " + reason + "; " + peers.install);
    }
}
