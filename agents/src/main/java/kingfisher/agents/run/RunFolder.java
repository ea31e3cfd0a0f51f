package kingfisher.agents.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import kingfisher.envs.InvalidInputException;

/** The folder of one run and the places of its files. */
public final class RunFolder {
    private static final Path RUNS = Path.of("runs");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    private final Path root;
    private final Optional<Path> numbered; // the name that gets a number if it is taken

    private RunFolder(Path root) {
        this(root, Optional.empty());
    }

    private RunFolder(Path root, Optional<Path> numbered) {
        this.root = root;
        this.numbered = numbered;
    }

    /**
     * Returns the folder of a run to come. Nothing is written: see {@link #create}.
     *
     * @throws InvalidInputException if something of that name exists, or no folder can be made there
     */
    public static RunFolder forNewRun(Path root) {
        requireName(root);
        if (isTaken(root)) {
            throw exists(root);
        }
        RunFolder folder = new RunFolder(root);
        folder.requireRoom();
        return folder;
    }

    private static boolean isTaken(Path root) {
        return Files.exists(root, LinkOption.NOFOLLOW_LINKS);
    }

    private static void requireName(Path root) {
        if (root.toString().isEmpty()) {
            throw new InvalidInputException("the run folder needs a name");
        }
    }

    private void requireRoom() {
        Path ancestor = root.toAbsolutePath().getParent();
        while (ancestor != null && !Files.exists(ancestor, LinkOption.NOFOLLOW_LINKS)) {
            ancestor = ancestor.getParent();
        }
        if (ancestor == null || !Files.isDirectory(ancestor)) {
            throw cannotMake(new FileAlreadyExistsException(String.valueOf(ancestor)));
        }
        if (!Files.isWritable(ancestor)) {
            throw cannotMake(new AccessDeniedException(ancestor.toString()));
        }
    }

    /** Returns the folder, under {@code runs} in the working directory, of a run to come that was given no name. */
    public static RunFolder forNewRun(String algorithm, String environmentId, long seed, Clock clock) {
        return forNewRun(RUNS, algorithm, environmentId, seed, clock);
    }

    static RunFolder forNewRun(Path runs, String algorithm, String environmentId, long seed, Clock clock) {
        String environment = environmentId.replaceAll("[^A-Za-z0-9._]+", "-");
        String name = algorithm + "-" + environment + "-" + seed + "-" + TIME.format(LocalDateTime.now(clock));
        RunFolder folder = firstFree(runs.resolve(name));
        folder.requireRoom();
        return folder;
    }

    /** Another run may have begun in the same second. */
    private static RunFolder firstFree(Path name) {
        Path root = name;
        for (int number = 2; isTaken(root); number++) {
            root = name.resolveSibling(name.getFileName() + "-" + number);
        }
        return new RunFolder(root, Optional.of(name));
    }

    /**
     * Returns the folder of a run that has begun.
     *
     * @throws InvalidInputException if there is no such folder
     */
    public static RunFolder ofExistingRun(Path root) {
        requireName(root);
        if (!Files.isDirectory(root)) {
            throw new InvalidInputException(
                    Files.isRegularFile(root) ? "no run folder but a file: " + root : "no such run folder: " + root);
        }
        return new RunFolder(root);
    }

    /** Makes the folder without content. */
    void create() {
        create(empty -> {});
    }

    /**
     * Makes the folder, and those above it that are missing, with its first content: it appears whole or not at all, so
     * that whoever finds it can go on with the run.
     *
     * @param fill writes the content into the folder that it is given
     * @return the folder: this one, or, if nobody chose its name and it is taken by now, one with a number
     * @throws InvalidInputException if the folder exists by now or cannot be made; nothing is left behind then
     */
    public RunFolder create(Consumer<RunFolder> fill) {
        List<Path> missing = missingAncestors();
        Path absolute = root.toAbsolutePath();
        Path unfinished = absolute.resolveSibling(
                "." + absolute.getFileName() + "." + ProcessHandle.current().pid());
        try {
            for (Path ancestor : missing) {
                Files.createDirectories(ancestor);
            }
            Files.createDirectory(unfinished);
            fill.accept(new RunFolder(unfinished));
            return place(unfinished);
        } catch (IOException failure) {
            remove(unfinished, missing);
            throw cannotMake(failure);
        } catch (RuntimeException failure) {
            remove(unfinished, missing);
            throw failure;
        }
    }

    /** Gives the finished folder its name. */
    private RunFolder place(Path unfinished) throws IOException {
        RunFolder folder = this;
        while (true) {
            if (isTaken(folder.root)) {
                folder = firstFree(numbered.orElseThrow(() -> exists(root)));
            }
            try {
                Files.move(unfinished, folder.root, StandardCopyOption.ATOMIC_MOVE);
                return folder;
            } catch (FileSystemException failure) {
                if (!isTaken(folder.root)) {
                    throw failure; // else somebody was faster
                }
            }
        }
    }

    /** The folders above this one that do not exist, outermost first. */
    private List<Path> missingAncestors() {
        List<Path> missing = new ArrayList<>();
        for (Path path = root.toAbsolutePath().getParent();
                path != null && !Files.exists(path);
                path = path.getParent()) {
            missing.add(0, path);
        }
        return missing;
    }

    /** Removes a folder with all that is in it, and then those above it that are empty. */
    private static void remove(Path folder, List<Path> above) {
        List<Path> paths = new ArrayList<>(above);
        try (Stream<Path> content = Files.walk(folder)) {
            content.forEach(paths::add);
        } catch (IOException | UncheckedIOException absent) {
            // it was not even made
        }
        for (int i = paths.size() - 1; i >= 0; i--) {
            try {
                Files.deleteIfExists(paths.get(i));
            } catch (IOException inUse) {
                return; // somebody else put something there meanwhile
            }
        }
    }

    /** Returns the folder itself. */
    public Path root() {
        return root;
    }

    /** Returns the place of the effective settings. */
    public Path config() {
        return root.resolve("config.yaml");
    }

    /** Returns the place of the provenance. */
    public Path provenance() {
        return root.resolve("provenance.json");
    }

    /** Returns the place of the metrics. */
    public Path metrics() {
        return root.resolve("metrics.csv");
    }

    /** Returns the place of the evaluations on the way. */
    public Path evaluations() {
        return root.resolve("evaluations.csv");
    }

    /** Returns the place of the result. */
    public Path result() {
        return root.resolve("result.json");
    }

    /** Returns the place of the picture of the run. */
    public Path learningCurve() {
        return root.resolve("learning-curve.png");
    }

    /** Returns the checkpoint from which the run goes on. */
    public CheckpointFolder lastCheckpoint() {
        return new CheckpointFolder(root.resolve("checkpoints").resolve("last"));
    }

    /** Returns the checkpoint of the policy that evaluations on the way found best. */
    public CheckpointFolder bestCheckpoint() {
        return new CheckpointFolder(root.resolve("checkpoints").resolve("best"));
    }

    /**
     * Writes the file {@code config.yaml}.
     *
     * @throws java.io.UncheckedIOException if that fails
     */
    public void writeConfig(String yaml) {
        AtomicFile.write(config(), yaml);
    }

    /**
     * Removes the file {@code result.json}, which a run that goes on no longer has.
     *
     * @throws UncheckedIOException if that fails
     */
    public void removeResult() {
        try {
            Files.deleteIfExists(result());
        } catch (IOException failure) {
            throw Failures.cannot("remove", result(), failure);
        }
    }

    private static InvalidInputException exists(Path root) {
        return new InvalidInputException("run folder exists: " + root);
    }

    private InvalidInputException cannotMake(IOException failure) {
        return new InvalidInputException("cannot make the run folder " + root + ": " + Failures.reason(failure));
    }
}
