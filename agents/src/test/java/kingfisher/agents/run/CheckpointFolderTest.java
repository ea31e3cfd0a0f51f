package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CheckpointFolderTest {
    @TempDir
    Path parent;

    private Path path = Path.of("set before each test");
    private CheckpointFolder folder = new CheckpointFolder(path);

    @BeforeEach
    void name() {
        path = parent.resolve("checkpoints").resolve("last");
        folder = new CheckpointFolder(path);
    }

    static Checkpoint checkpoint(int number) {
        float[] weights = {number, number + 0.5f, -number, 1f / 3};
        double[] mean = {number, Math.PI};
        ObjectNode state = Json.object().put("number", number).put("generator", Long.MIN_VALUE + number);
        state.putArray("decimals").add(0.1 * number).add(1e-300).add(-0.0);
        return new Checkpoint(
                Map.of("weights", Tensor.of(weights, 2, 2), "mean", Tensor.of(mean, 2)), state.put("text", "✓"));
    }

    static int numberOf(Checkpoint checkpoint) {
        int number = checkpoint.state().get("number").intValue();
        Checkpoint expected = checkpoint(number);
        assertThat(checkpoint.state()).isEqualTo(expected.state());
        assertThat(checkpoint.floats("weights", 2, 2)).containsExactly(expected.floats("weights", 2, 2));
        assertThat(checkpoint.doubles("mean", 2)).containsExactly(expected.doubles("mean", 2));
        return number;
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void editManifest(UnaryOperator<String> edit) throws IOException {
        Path manifest = path.resolve("manifest.json");
        String before = Files.readString(manifest);
        String after = edit.apply(before);
        assertThat(after).as("the edit changes something").isNotEqualTo(before);
        Files.writeString(manifest, after);
    }

    private void assertDamaged(String file, String how) {
        assertThatThrownBy(folder::read)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(path.resolve(file) + how);
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        assertThat(folder.exists()).isFalse();

        folder.write(checkpoint(1));

        assertThat(folder.exists()).isTrue();
        assertThat(numberOf(folder.read())).isEqualTo(1);
        assertThat(files()).containsExactly("manifest.json", "tensors-1.safetensors");
    }

    @Test
    void theNextCheckpointReplacesTheOneBefore() throws IOException {
        folder.write(checkpoint(1));
        folder.write(checkpoint(2));

        assertThat(numberOf(folder.read())).isEqualTo(2);
        assertThat(files()).containsExactly("manifest.json", "tensors-2.safetensors");
    }

    @Test
    void aFolderWithoutACheckpointIsRefused() {
        assertThatThrownBy(folder::read)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("no checkpoint in " + path + ": it has no manifest.json");
    }

    @Test
    void aStateThatIsNotFiniteIsNotWritten() throws IOException {
        folder.write(checkpoint(1));
        Checkpoint poisoned = new Checkpoint(Map.of(), Json.object().put("best", Double.NaN));

        assertThatThrownBy(() -> folder.write(poisoned)).hasMessage("not a finite number at /best: NaN");
        assertThat(numberOf(folder.read())).isEqualTo(1);
    }

    @Test
    void tensorsWithAnotherByteAreSeen() throws IOException {
        folder.write(checkpoint(1));
        Path tensors = path.resolve("tensors-1.safetensors");
        byte[] bytes = Files.readAllBytes(tensors);
        bytes[bytes.length - 1] ^= 1;
        Files.write(tensors, bytes);

        assertDamaged("tensors-1.safetensors", " is damaged: it does not have the checksum that the manifest gives");
    }

    @Test
    void tensorsThatAreCutOrMissingAreSeen() throws IOException {
        folder.write(checkpoint(1));
        Path tensors = path.resolve("tensors-1.safetensors");
        byte[] bytes = Files.readAllBytes(tensors);
        Files.write(tensors, Arrays.copyOf(bytes, bytes.length - 5));

        assertDamaged(
                "tensors-1.safetensors",
                " is damaged: it should have " + bytes.length + " bytes, it has " + (bytes.length - 5));

        Files.delete(tensors);
        assertDamaged("tensors-1.safetensors", " is missing, which the manifest names");
    }

    @Test
    void aManifestThatWasChangedIsSeen() throws IOException {
        folder.write(checkpoint(1));

        editManifest(text -> text.replace("\"number\" : 1", "\"number\" : 2"));

        assertDamaged("manifest.json", " is damaged: its state does not have the checksum that it should have");
    }

    @Test
    void aManifestThatIsCutAtAnyPlaceIsSeen() throws IOException {
        folder.write(checkpoint(1));
        Path manifest = path.resolve("manifest.json");
        String whole = Files.readString(manifest).strip();
        for (int length = 0; length < whole.length(); length += 7) {
            Files.writeString(manifest, whole.substring(0, length));
            assertThatThrownBy(folder::read)
                    .as("cut to %d characters", length)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(manifest + " is damaged: ")
                    .hasMessageNotContaining("\n");
        }
    }

    @Test
    void aManifestOfAnotherVersionIsRefused() throws IOException {
        folder.write(checkpoint(1));

        editManifest(text -> text.replace("\"schemaVersion\" : 1", "\"schemaVersion\" : 2"));

        assertDamaged("manifest.json", " has the schema version 2, this program reads 1");
    }

    @Test
    void aManifestThatNamesAFileElsewhereIsRefused() throws IOException {
        folder.write(checkpoint(1));

        editManifest(text -> text.replace("tensors-1.safetensors", "../tensors-1.safetensors"));

        assertDamaged("manifest.json", " is damaged: it names no file of tensors");
    }

    @Test
    void aTensorThatIsNotAsExpectedIsNamed() {
        folder.write(checkpoint(1));
        Checkpoint read = folder.read();

        assertThatThrownBy(() -> read.floats("wieghts", 2, 2))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(path + " has no tensor wieghts");
        assertThatThrownBy(() -> read.floats("weights", 4))
                .hasMessage(path + ": tensor weights must have the shape [4]: [2, 2]");
        assertThatThrownBy(() -> read.doubles("weights", 2, 2))
                .hasMessage(path + ": tensor weights must have the type F64: F32");
    }

    @Test
    void whoReadsWhileAnotherWritesSeesAWholeCheckpoint() {
        folder.write(checkpoint(0));
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            for (int i = 1; i <= 150; i++) {
                folder.write(checkpoint(i));
            }
        });
        int last = 0;
        while (!writer.isDone()) {
            int seen = numberOf(folder.read());
            assertThat(seen).isGreaterThanOrEqualTo(last);
            last = seen;
        }
        writer.join();
        assertThat(numberOf(folder.read())).isEqualTo(150);
    }
}
