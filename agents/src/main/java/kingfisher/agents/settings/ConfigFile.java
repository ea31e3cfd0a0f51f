package kingfisher.agents.settings;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import kingfisher.envs.InvalidInputException;

/** What a flat YAML file sets: for each key its text and the line where it stands. */
public final class ConfigFile {
    /** The text of a value, a list as {@code [64, 64]}, and the line of its key, from 1. */
    public record Entry(String text, int line) {}

    private final String name;
    private final Map<String, Entry> entries;

    private ConfigFile(String name, Map<String, Entry> entries) {
        this.name = name;
        this.entries = entries;
    }

    /**
     * Reads a file of {@code key: value} lines.
     *
     * @throws InvalidInputException if the file cannot be read or holds anything else; the message names the line and
     *     the key
     */
    public static ConfigFile read(Path file) {
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (NoSuchFileException missing) {
            throw new InvalidInputException("no such file: " + file);
        } catch (CharacterCodingException notText) {
            throw new InvalidInputException(file + " is not a text in UTF-8");
        } catch (IOException unreadable) {
            throw new InvalidInputException(Quoted.of(file.toString()) + " cannot be read: " + unreadable.getMessage());
        }
    }

    /**
     * Reads the text of such a file.
     *
     * @param name what messages call the text
     * @throws InvalidInputException if the text is anything else than {@code key: value} lines
     */
    static ConfigFile parse(String name, String text) {
        return new ConfigFile(name, new FlatYamlReader(name).read(text));
    }

    /** Returns what the file sets, in its order. */
    public Map<String, Entry> entries() {
        return Collections.unmodifiableMap(entries);
    }

    /**
     * Returns the settings with what this file sets.
     *
     * @throws InvalidInputException if a key is unknown or does not accept its value; the message names the line
     */
    Settings applyTo(Settings settings) {
        Settings changed = settings;
        for (Map.Entry<String, Entry> entry : entries.entrySet()) {
            String place = name + ":" + entry.getValue().line();
            try {
                changed = changed.with(entry.getKey(), entry.getValue().text(), place);
            } catch (InvalidInputException wrong) {
                throw new InvalidInputException(place + ": " + wrong.getMessage());
            }
        }
        return changed;
    }
}
