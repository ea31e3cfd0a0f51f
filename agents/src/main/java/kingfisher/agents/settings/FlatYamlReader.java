package kingfisher.agents.settings;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kingfisher.envs.InvalidInputException;

/** Reads YAML that is one mapping from keys to plain values or lists of them, and says where it is anything else. */
final class FlatYamlReader {
    private static final Pattern LINE = Pattern.compile("line (\\d+), column");

    private final String name;
    private final Map<String, ConfigFile.Entry> entries = new LinkedHashMap<>();
    private String lastKey = "";

    FlatYamlReader(String name) {
        this.name = name;
    }

    Map<String, ConfigFile.Entry> read(String text) {
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return entries; // an empty file sets nothing
            }
            if (first != JsonToken.START_OBJECT) {
                throw wrong(line(parser), "expected lines of the form key: value");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                readEntry(parser);
            }
            if (parser.nextToken() != null) {
                throw wrong(line(parser), "expected the end of the file, found a second document");
            }
            return entries;
        } catch (JsonProcessingException broken) {
            throw wrong(line(broken), "not valid YAML" + near() + ": " + problem(broken));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible); // the text is in memory
        }
    }

    private void readEntry(JsonParser parser) throws IOException {
        lastKey = parser.currentName();
        int line = line(parser);
        ConfigFile.Entry earlier = entries.get(lastKey);
        if (earlier != null) {
            throw wrong(line, lastKey + " stands twice, first in line " + earlier.line());
        }
        entries.put(lastKey, new ConfigFile.Entry(readValue(parser), line));
    }

    private String readValue(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_ARRAY) {
            return scalar(parser);
        }
        List<String> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(scalar(parser));
        }
        return "[" + String.join(", ", items) + "]";
    }

    private String scalar(JsonParser parser) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isScalarValue()) {
            throw wrong(line(parser), lastKey + " must be a plain value or a list of plain values");
        }
        if (token == JsonToken.VALUE_NULL) {
            throw wrong(line(parser), lastKey + " has no value");
        }
        return parser.getText();
    }

    private String near() {
        return lastKey.isEmpty() ? "" : " near " + Quoted.of(lastKey);
    }

    private InvalidInputException wrong(int line, String what) {
        return new InvalidInputException(name + ":" + line + ": " + what);
    }

    private static int line(JsonParser parser) {
        return parser.currentTokenLocation().getLineNr();
    }

    /** The first line that the message names: where the broken thing begins; the parser itself may be behind. */
    private static int line(JsonProcessingException broken) {
        Matcher matcher = LINE.matcher(broken.getOriginalMessage());
        if (matcher.find()) {
            return Integer.parseInt(matcher.group(1));
        }
        return broken.getLocation() == null ? 1 : broken.getLocation().getLineNr();
    }

    /** The message without the indented lines that draw the place, on one line. */
    private static String problem(JsonProcessingException broken) {
        return broken.getOriginalMessage()
                .lines()
                .filter(part -> !part.startsWith(" ") && !part.isBlank())
                .map(Quoted::of)
                .collect(Collectors.joining(", "));
    }
}
