package kingfisher.agents.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import kingfisher.agents.run.Json;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;

/** A file of actions, one a line: a number, or a JSON array of numbers, nested or flat. */
final class ActionFile {

    private static final double LARGEST_HALF = 65_504;

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
                        .filter(action -> isAccepted(space, action))
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
            List<Double> numbers = new ArrayList<>();
            return collect(Json.parse(line), numbers)
                    ? Optional.of(
                            numbers.stream().mapToDouble(Double::doubleValue).toArray())
                    : Optional.empty();
        } catch (JsonProcessingException broken) {
            return Optional.empty();
        }
    }

    /** Adds all numbers, depth first; returns false if there is anything else. */
    private static boolean collect(JsonNode node, List<Double> numbers) {
        if (node.isNumber()) {
            numbers.add(node.asDouble());
            return true;
        }
        if (!node.isArray()) {
            return false;
        }
        for (JsonNode element : node) {
            if (!collect(element, numbers)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAccepted(Space space, double[] action) {
        if (space instanceof BoxSpace box && !box.type().isInteger()) {
            return isFinite(box, action);
        }
        if (!(space instanceof CompositeSpace composite)) {
            return space.contains(action);
        }
        int offset = 0;
        for (CompositeSpace.Part part : composite.parts()) {
            int end = offset + part.space().size();
            if (end > action.length || !isAccepted(part.space(), Arrays.copyOfRange(action, offset, end))) {
                return false;
            }
            offset = end;
        }
        return offset == action.length;
    }

    /** Boxes take numbers beyond their bounds too, as Gymnasium's environments do, which clip them. */
    private static boolean isFinite(BoxSpace box, double[] action) {
        double largest = switch (box.type()) {
            case FLOAT16 -> LARGEST_HALF;
            case FLOAT32 -> Float.MAX_VALUE;
            default -> Double.MAX_VALUE;
        };
        return action.length == box.size() && Arrays.stream(action).allMatch(value -> Math.abs(value) <= largest);
    }
}
