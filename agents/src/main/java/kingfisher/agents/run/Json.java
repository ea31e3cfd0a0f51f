package kingfisher.agents.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.OptionalDouble;

/** How this program writes and reads JSON: numbers survive the way there and back, and nothing that is no JSON is written. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
            .build();

    private Json() {}

    /** Returns a new object without fields. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Puts the number under the name, or null where it is not finite: JSON has no NaN. */
    public static void putNumber(ObjectNode object, String name, double value) {
        if (Double.isFinite(value)) {
            object.put(name, value);
        } else {
            object.putNull(name);
        }
    }

    /** Returns the number under the name, or nothing where {@link #putNumber} had none to put. */
    public static OptionalDouble number(ObjectNode object, String name) {
        JsonNode value = object.required(name);
        return value.isNumber() ? OptionalDouble.of(value.doubleValue()) : OptionalDouble.empty();
    }

    /**
     * Returns the value on one line.
     *
     * @throws IllegalArgumentException if a number in it is not finite; the message says where
     */
    public static String compact(JsonNode value) {
        requireFinite(value, "");
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible); // a tree in memory
        }
    }

    /**
     * Returns the value in indented lines, with a line end after the last.
     *
     * @throws IllegalArgumentException if a number in it is not finite; the message says where
     */
    public static String pretty(JsonNode value) {
        requireFinite(value, "");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n"));
        try {
            return MAPPER.writer(printer).writeValueAsString(value) + "\n";
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible); // a tree in memory
        }
    }

    /**
     * Returns the value that the text holds, and nothing after it.
     *
     * @throws JsonProcessingException if the text is no JSON or names a field twice
     */
    public static JsonNode parse(String text) throws JsonProcessingException {
        return MAPPER.readTree(text);
    }

    private static void requireFinite(JsonNode value, String place) {
        if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
            throw new IllegalArgumentException("not a finite number at " + place + ": " + value.asText());
        }
        value.properties().forEach(field -> requireFinite(field.getValue(), place + "/" + field.getKey()));
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            requireFinite(value.path(i), place + "/" + i);
        }
    }
}
