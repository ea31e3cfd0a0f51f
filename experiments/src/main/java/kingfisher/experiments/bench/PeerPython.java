package kingfisher.experiments.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import kingfisher.envs.InvalidInputException;

/** The interpreter in which the peers are installed. */
record PeerPython(Path executable) {
    private static final String VARIABLE = "KINGFISHER_PEER_PYTHON";
    private static final String INSTALL = "install the peers with: python3 -m venv .venv && .venv/bin/pip install -r"
            + " experiments/peers/requirements.txt && export " + VARIABLE + "=$PWD/.venv/bin/python";

    /**
     * Returns the interpreter that the variable names.
     *
     * @throws InvalidInputException if it names none
     */
    static PeerPython find(Map<String, String> environment) {
        String value = environment.getOrDefault(VARIABLE, "");
        if (value.isBlank()) {
            throw new InvalidInputException(VARIABLE + " is not set; " + INSTALL);
        }
        Path executable = Path.of(value);
        if (!Files.isExecutable(executable) || Files.isDirectory(executable)) {
            throw new InvalidInputException(VARIABLE + " must be a Python interpreter: " + value + "; " + INSTALL);
        }
        return new PeerPython(executable);
    }

    /** The exception for an interpreter that cannot run a peer. */
    InvalidInputException unfit(String reason) {
        return new InvalidInputException(
                VARIABLE + "=" + executable + " does not run the peer: " + reason + "; " + INSTALL);
    }
}
