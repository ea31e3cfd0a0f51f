package kingfisher.agents.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A folder that holds one checkpoint: a manifest, and the file of tensors that it names.
 *
 * <p>Whenever a writer is killed, the folder holds the checkpoint before or the one after, whole: tensors go to a file of
 * a new name; the manifest, which is renamed into place, makes them the checkpoint; only then the old file goes.
 */
public final class CheckpointFolder {
    static final String MANIFEST = "manifest.json";
    static final Pattern TENSORS = Pattern.compile("tensors-(\\d{1,18})\\.safetensors");

    private final Path folder;
    private final FileOperations operations;

    /** Creates the view of a folder, which need not exist. */
    public CheckpointFolder(Path folder) {
        this(folder, FileOperations.SYSTEM);
    }

    CheckpointFolder(Path folder, FileOperations operations) {
        this.folder = folder;
        this.operations = operations;
    }

    /** Returns whether there is a checkpoint, readable or not. */
    public boolean exists() {
        return Files.exists(folder.resolve(MANIFEST));
    }

    /**
     * Returns the checkpoint; one that is being written meanwhile is seen before or after.
     *
     * @throws kingfisher.envs.InvalidInputException if there is none, or it is damaged; the message names the file
     */
    public Checkpoint read() {
        return new CheckpointReader(folder).read();
    }

    /**
     * Makes this the checkpoint of the folder.
     *
     * @throws UncheckedIOException if that fails; the folder then holds the checkpoint before
     * @throws IllegalArgumentException if the state holds a number that is not finite; nothing is written then
     */
    public void write(Checkpoint checkpoint) {
        String state = Json.compact(checkpoint.state());
        try {
            operations.createFolder(folder);
            Path tensors = folder.resolve("tensors-" + (1 + newestNumber()) + ".safetensors");
            Safetensors content = new Safetensors(checkpoint.tensors(), Map.of());
            FileOperations.Written written = operations.write(tensors, content::writeTo);
            operations.forceFolder(folder);
            ObjectNode manifest = manifest(tensors, written, checkpoint.state(), state);
            byte[] bytes = Json.pretty(manifest).getBytes(StandardCharsets.UTF_8);
            AtomicFile.write(operations, folder.resolve(MANIFEST), bytes);
            deleteTensorsOtherThan(tensors);
        } catch (IOException failure) {
            throw Failures.cannot("write", folder, failure);
        }
    }

    private static ObjectNode manifest(
            Path tensors, FileOperations.Written written, ObjectNode state, String stateText) {
        ObjectNode manifest = Json.object().put("schemaVersion", CheckpointReader.SCHEMA_VERSION);
        manifest.putObject("tensors")
                .put("file", tensors.getFileName().toString())
                .put("bytes", written.bytes())
                .put("sha256", written.sha256());
        manifest.put("stateSha256", ChecksumChannel.checksum(stateText));
        return manifest.set("state", state);
    }

    private long newestNumber() throws IOException {
        long newest = 0;
        for (Path file : tensorFiles()) {
            Matcher name = TENSORS.matcher(file.getFileName().toString());
            newest = name.matches() ? Math.max(newest, Long.parseLong(name.group(1))) : newest;
        }
        return newest;
    }

    private void deleteTensorsOtherThan(Path current) throws IOException {
        for (Path file : tensorFiles()) {
            if (!file.getFileName().equals(current.getFileName())) {
                operations.delete(file);
            }
        }
    }

    private List<Path> tensorFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file ->
                            TENSORS.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }
}
