package kingfisher.agents.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import kingfisher.agents.run.Json;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;

/** A file of actions, one a line: a number or a JSON array of numbers. */
final class ActionFile {

    private final Path file;
    private final Space space;

    ActionFile(Path file, Space space) {
        this.file = file;
        this.space = space;
    }

    /**
     * Returns the actions; empty lines are none.
     *
     * @throws InvalidInputException if the file cannot be read or a line is no action of the space; the message names it
     */
    List<double[]> read() {
        List<String> lines = lines();
        List<double[]> actions = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if (!line.isBlank()) {
                int number = i + 1;
                actions.add(parse(line)
                        .filter(this::isAccepted)
                        .orElseThrow(() -> new InvalidInputException(file + ":" + number + ": must be an action of "
                                + space + ": " + OptionValues.shown(line))));
            }
        }
        return actions;
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException missing) {
            throw new InvalidInputException("no such file: " + file);
        } catch (CharacterCodingException notText) {
            throw new InvalidInputException(file + " is not a text in UTF-8");
        } catch (IOException unreadable) {
            throw new InvalidInputException(file + " cannot be read: " + unreadable.getMessage());
        }
    }

    private static Optional<double[]> parse(String line) {
        try {
            JsonNode node = Json.parse(line);
            if (node.isNumber()) {
                return Optional.of(new double[] {node.asDouble()});
            }
            boolean numbers = node.isArray()
                    && StreamSupport.stream(node.spliterator(), false).allMatch(JsonNode::isNumber);
            return numbers
                    ? Optional.of(StreamSupport.stream(node.spliterator(), false)
                            .mapToDouble(JsonNode::asDouble)
                            .toArray())
                    : Optional.empty();
        } catch (JsonProcessingException broken) {
            return Optional.empty();
        }
    }

    /** Boxes take numbers beyond their bounds too, as Gymnasium's environments do, which clip them. */
    private boolean isAccepted(double[] action) {
        if (!(space instanceof BoxSpace box) || box.type().isInteger()) {
            return space.contains(action);
        }
        double largest = box.type() == ElementType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
        boolean finite = true;
        for (double value : action) {
            finite &= Math.abs(value) <= largest;
        }
        return finite && action.length == box.size();
    }
}
