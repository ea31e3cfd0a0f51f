package kingfisher.experiments.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kingfisher.agents.run.ProcessLock;
import kingfisher.envs.InvalidInputException;

/** The folder of a suite's results and the places of its files. */
public record SuiteFolder(Path root) {

    /** Makes the path absolute, so that the runs' processes find it. */
    public SuiteFolder {
        root = root.toAbsolutePath().normalize();
    }

    /**
     * Makes the folder where it is missing.
     *
     * @throws InvalidInputException if it cannot be made
     */
    public void create() {
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new InvalidInputException("--out must be a folder: " + root);
        }
        try {
            Files.createDirectories(runs());
        } catch (IOException | UncheckedIOException failure) {
            throw new InvalidInputException("cannot make the folder " + runs() + ": " + failure);
        }
    }

    /** Returns the place of the table of runs. */
    public Path results() {
        return root.resolve("results.csv");
    }

    /** Returns the place of the table of evaluations. */
    public Path evaluations() {
        return root.resolve("evaluations.csv");
    }

    /** Returns the place of the page for people. */
    public Path summary() {
        return root.resolve("summary.md");
    }

    /** Returns the place of an environment's picture. */
    public Path picture(String environment) {
        return root.resolve(RunKey.fileName(environment) + ".png");
    }

    /** Returns the place of a run's folder. */
    public Path run(RunKey run) {
        return runs().resolve(run.fileName());
    }

    /** Returns the place of what a run's process printed. */
    public Path log(RunKey run) {
        return runs().resolve(run.fileName() + ".log");
    }

    /**
     * Takes the lock that keeps a second process out of this folder.
     *
     * @throws kingfisher.envs.InvalidInputException if another process has it
     */
    public ProcessLock lock() {
        return ProcessLock.take(runs().resolve("suite.lock"), "another process runs a suite in " + root);
    }

    private Path runs() {
        return root.resolve("runs");
    }
}
