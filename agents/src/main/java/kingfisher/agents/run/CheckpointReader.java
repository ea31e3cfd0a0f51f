package kingfisher.agents.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import kingfisher.envs.InvalidInputException;

/** Reads the checkpoint of a folder and believes nothing in it before it has been checked. */
final class CheckpointReader {
    static final int SCHEMA_VERSION = 1;
    private static final int ATTEMPTS = 20;

    private final Path folder;
    private final Path manifest;

    CheckpointReader(Path folder) {
        this.folder = folder;
        this.manifest = folder.resolve(CheckpointFolder.MANIFEST);
    }

    /** Reads again where a writer put another checkpoint in place between the two files. */
    Checkpoint read() {
        String text = readManifest();
        for (int attempt = 1; ; attempt++) {
            try {
                return read(text);
            } catch (InvalidInputException wrong) {
                String now = readManifest();
                if (now.equals(text) || attempt == ATTEMPTS) {
                    throw wrong;
                }
                text = now;
            }
        }
    }

    private String readManifest() {
        try {
            return Files.readString(manifest);
        } catch (NoSuchFileException missing) {
            throw new InvalidInputException("no checkpoint in " + folder + ": it has no " + manifest.getFileName());
        } catch (CharacterCodingException broken) {
            throw damaged(manifest, "it is not a text in UTF-8");
        } catch (IOException unreadable) {
            throw new InvalidInputException(manifest + " cannot be read: " + Failures.reason(unreadable));
        }
    }

    private Checkpoint read(String text) {
        JsonNode root = parse(text);
        JsonNode version = root.path("schemaVersion");
        if (!version.isIntegralNumber()) {
            throw damaged(manifest, "it has no schemaVersion");
        }
        if (!version.canConvertToInt() || version.intValue() != SCHEMA_VERSION) {
            throw new InvalidInputException(
                    manifest + " has the schema version " + version + ", this program reads " + SCHEMA_VERSION);
        }
        if (!(root.path("state") instanceof ObjectNode state)) {
            throw damaged(manifest, "it has no state");
        }
        if (!ChecksumChannel.checksum(Json.compact(state))
                .equals(root.path("stateSha256").asText())) {
            throw damaged(manifest, "its state does not have the checksum that it should have");
        }
        return new Checkpoint(
                folder.toString(), readTensors(root.path("tensors")).tensors(), state);
    }

    private JsonNode parse(String text) {
        try {
            return Json.parse(text);
        } catch (JsonProcessingException broken) {
            throw damaged(manifest, "it is not valid JSON");
        }
    }

    private Safetensors readTensors(JsonNode entry) {
        String name = entry.path("file").asText();
        if (!CheckpointFolder.TENSORS.matcher(name).matches()) {
            throw damaged(manifest, "it names no file of tensors");
        }
        Path file = folder.resolve(name);
        try (InputStream in = Files.newInputStream(file)) {
            ChecksumChannel read = new ChecksumChannel(Channels.newChannel(OutputStream.nullOutputStream()));
            in.transferTo(Channels.newOutputStream(read));
            if (read.bytes() != entry.path("bytes").asLong(-1)) {
                throw damaged(file, "it should have " + entry.path("bytes") + " bytes, it has " + read.bytes());
            }
            if (!read.checksum().equals(entry.path("sha256").asText())) {
                throw damaged(file, "it does not have the checksum that the manifest gives");
            }
        } catch (NoSuchFileException missing) {
            throw new InvalidInputException(file + " is missing, which the manifest names");
        } catch (IOException unreadable) {
            throw new InvalidInputException(file + " cannot be read: " + Failures.reason(unreadable));
        }
        return Safetensors.read(file);
    }

    private static InvalidInputException damaged(Path file, String how) {
        return new InvalidInputException(file + " is damaged: " + how);
    }
}
