package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import kingfisher.agents.run.Json;
import kingfisher.agents.run.RunFolder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A checkpoint that is not as it was written: one line that names the file or the field, exit code 2. */
final class DamagedCheckpointTest {
    private static final int SEED = 20_261_123;
    private static final int FLIPS = 60;

    @TempDir
    private static Path parent;

    private static byte[] manifestBytes = new byte[0];
    private static byte[] tensorBytes = new byte[0];

    private final Path run = parent.resolve("run");
    private final Path checkpoint = run.resolve("checkpoints").resolve("last");
    private final Path manifest = checkpoint.resolve("manifest.json");
    private Path tensors = checkpoint;

    @BeforeAll
    static void trainOnce() throws IOException {
        Path run = parent.resolve("run");
        Program.Outcome outcome = Program.run(
                "train",
                "ppo",
                "--run",
                run.toString(),
                "--quiet",
                "--steps",
                "64",
                "--set",
                "environments=2",
                "--set",
                "rollout-steps=16",
                "--set",
                "minibatch-size=16",
                "--set",
                "hidden=4",
                "--set",
                "normalize-rewards=true",
                "--set",
                "normalize-observations=true");
        assertThat(outcome.err()).isEmpty();
        manifestBytes = Files.readAllBytes(run.resolve("checkpoints/last/manifest.json"));
        tensorBytes = Files.readAllBytes(tensorFile(run.resolve("checkpoints/last")));
        Files.delete(RunFolder.ofExistingRun(run).result()); // else there is nothing to resume
    }

    private static Path tensorFile(Path checkpoint) {
        return Program.content(checkpoint).stream()
                .filter(path -> path.toString().endsWith(".safetensors"))
                .findFirst()
                .orElseThrow();
    }

    @BeforeEach
    void repair() throws IOException {
        String name = parse().path("tensors").path("file").asText();
        tensors = checkpoint.resolve(name);
        Files.write(manifest, manifestBytes);
        Files.write(tensors, tensorBytes);
    }

    private Program.Outcome assertRefused(String command, String damage) {
        Program.Outcome outcome = Program.run(command, run.toString());

        assertThat(outcome.code()).as(damage + ": " + outcome.err()).isEqualTo(Main.WRONG_INPUT);
        assertThat(outcome.err()).as(damage).hasLineCount(1).contains(checkpoint.toString());
        assertThat(outcome.out()).as(damage).isEmpty();
        return outcome;
    }

    @ParameterizedTest
    @ValueSource(strings = {"resume", "evaluate"})
    void aFileThatIsMissingOrCutIsNamed(String command) throws IOException {
        Files.write(tensors, Arrays.copyOf(tensorBytes, tensorBytes.length - 5));
        assertThat(assertRefused(command, "cut tensors").err()).contains(tensors + " is damaged");
        Files.delete(tensors);
        assertThat(assertRefused(command, "no tensors").err()).contains(tensors + " is missing");
        Files.write(manifest, Arrays.copyOf(manifestBytes, manifestBytes.length - 5));
        assertThat(assertRefused(command, "cut manifest").err()).contains(manifest + " is damaged");
        Files.write(manifest, new byte[0]);
        assertThat(assertRefused(command, "empty manifest").err()).contains(manifest + " is damaged");
        Files.delete(manifest);
        assertThat(assertRefused(command, "no manifest").err()).contains("no checkpoint in " + checkpoint);
    }

    @Test
    void everyFlippedBitIsFoundOrWithoutMeaning() throws IOException {
        SplittableRandom random = new SplittableRandom(SEED);
        JsonNode meaning = Json.parse(new String(manifestBytes, StandardCharsets.UTF_8));
        for (int i = 0; i < FLIPS; i++) {
            byte[] flipped = manifestBytes.clone();
            int place = random.nextInt(flipped.length);
            flipped[place] ^= (byte) (1 << random.nextInt(8));
            if (!meansTheSame(flipped, meaning)) {
                Files.write(manifest, flipped);
                assertRefused("evaluate", "seed " + SEED + ", manifest byte " + place);
            }
        }
        Files.write(manifest, manifestBytes);
        for (int i = 0; i < FLIPS; i++) {
            byte[] flipped = tensorBytes.clone();
            int place = random.nextInt(flipped.length);
            flipped[place] ^= (byte) (1 << random.nextInt(8));
            Files.write(tensors, flipped);
            assertRefused("evaluate", "seed " + SEED + ", tensor byte " + place);
        }
    }

    private static boolean meansTheSame(byte[] bytes, JsonNode meaning) {
        try {
            return Json.parse(new String(bytes, StandardCharsets.UTF_8)).equals(meaning);
        } catch (IOException broken) {
            return false;
        }
    }

    @Test
    void aManifestOfAnotherSchemaIsRefused() throws IOException {
        for (String version : List.of("2", "0", "18446744073709551617", "1.5", "\"1\"", "null")) {
            ObjectNode root = parse();
            root.set("schemaVersion", Json.parse(version));
            Files.writeString(manifest, Json.pretty(root));
            assertRefused("resume", "schema version " + version);
        }
    }

    @Test
    void aManifestThatNamesNoFileOfTensorsIsRefused() throws IOException {
        for (String name : List.of("../tensors-1.safetensors", "..", "", "a\0b", "manifest.json", "/etc/passwd")) {
            ObjectNode root = parse();
            ((ObjectNode) root.path("tensors")).put("file", name);
            Files.writeString(manifest, Json.pretty(root));
            assertThat(assertRefused("resume", name).err()).contains("it names no file of tensors");
        }
    }

    /** What a hand, or a program of another version, may write: the checksums agree, a field is missing. */
    @Test
    void aStateThatLacksAFieldIsRefused() throws IOException {
        List<String> fields = new ArrayList<>();
        collect(parse().path("state"), "", fields);
        assertThat(fields).contains("/algorithm", "/steps", "/generators/actions", "/specification/actionSpace/n");
        fields.removeAll(List.of( // may be absent
                "/environment", "/specification/timeLimit", "/specification/rewardThreshold"));
        for (String field : fields) {
            ObjectNode root = parse();
            parent(root, field).remove(name(field));
            writeWithChecksum(root);
            assertDoneOrRefused("evaluate", "without " + field);
            if (!field.startsWith("/settings/")) { // a setting that is missing has its default
                assertRefused("resume", "without " + field);
            }
        }
    }

    @Test
    void aFieldOfAnotherKindIsRefusedOrHarmless() throws IOException {
        List<String> fields = new ArrayList<>();
        collect(parse().path("state"), "", fields);
        for (String field : fields) {
            for (String value : List.of("\"?\"", "[1,2]")) {
                ObjectNode root = parse();
                parent(root, field).set(name(field), Json.parse(value));
                writeWithChecksum(root);
                assertDoneOrRefused("evaluate", field + " = " + value);
            }
        }
    }

    private void assertDoneOrRefused(String command, String damage) {
        Program.Outcome outcome = Program.run(command, run.toString(), "--episodes", "1");

        assertThat(outcome.code()).as(damage + ": " + outcome.err()).isIn(0, Main.WRONG_INPUT);
    }

    private static ObjectNode parent(ObjectNode root, String field) {
        return (ObjectNode) root.path("state").at(field.substring(0, field.lastIndexOf('/')));
    }

    private static String name(String field) {
        return field.substring(field.lastIndexOf('/') + 1);
    }

    private static void collect(JsonNode node, String place, List<String> fields) {
        node.properties().forEach(field -> {
            fields.add(place + "/" + field.getKey());
            collect(field.getValue(), place + "/" + field.getKey(), fields);
        });
    }

    private static ObjectNode parse() throws IOException {
        return (ObjectNode) Json.parse(new String(manifestBytes, StandardCharsets.UTF_8));
    }

    private void writeWithChecksum(ObjectNode root) throws IOException {
        try {
            byte[] state = Json.compact(root.path("state")).getBytes(StandardCharsets.UTF_8);
            byte[] checksum = MessageDigest.getInstance("SHA-256").digest(state);
            root.put("stateSha256", HexFormat.of().formatHex(checksum));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
        Files.writeString(manifest, Json.pretty(root));
    }
}
