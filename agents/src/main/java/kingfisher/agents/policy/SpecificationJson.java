package kingfisher.agents.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;

/** An environment's specification in a checkpoint, so that a policy can be used where the environment is not known. */
public final class SpecificationJson {

    private SpecificationJson() {}

    /** Returns the specification as JSON; infinite bounds are written as text. */
    public static ObjectNode write(EnvironmentSpecification specification) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", specification.id());
        node.set("observationSpace", write(specification.observationSpace()));
        node.set("actionSpace", write(specification.actionSpace()));
        specification.timeLimit().ifPresent(limit -> node.put("timeLimit", limit));
        specification.rewardThreshold().ifPresent(threshold -> node.put("rewardThreshold", threshold));
        return node;
    }

    /**
     * Returns the specification that {@link #write} wrote.
     *
     * @throws InvalidInputException if the JSON is not of that form
     */
    public static EnvironmentSpecification read(JsonNode node) {
        return new EnvironmentSpecification(
                node.required("id").asText(),
                readSpace(node.path("observationSpace")),
                readSpace(node.path("actionSpace")),
                node.has("timeLimit") ? OptionalInt.of(node.get("timeLimit").asInt()) : OptionalInt.empty(),
                node.has("rewardThreshold")
                        ? OptionalDouble.of(node.get("rewardThreshold").asDouble())
                        : OptionalDouble.empty());
    }

    private static ObjectNode write(Space space) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        if (space instanceof DiscreteSpace discrete) {
            node.put("kind", "discrete").put("n", discrete.n()).put("start", discrete.start());
        } else if (space instanceof MultiDiscreteSpace multi) {
            node.put("kind", "multi-discrete")
                    .put("counts", join(multi.counts()))
                    .put("starts", join(multi.starts()));
        } else if (space instanceof MultiBinarySpace binary) {
            node.put("kind", "multi-binary").put("n", binary.n());
        } else if (space instanceof BoxSpace box) {
            node.put("kind", "box").put("shape", join(box.shape()));
            node.put("low", bounds(box.low())).put("high", bounds(box.high()));
            node.put("type", box.type().name());
        } else if (space instanceof CompositeSpace composite) {
            ArrayNode parts = node.put("kind", "composite").putArray("parts");
            composite
                    .parts()
                    .forEach(part -> parts.addObject().put("name", part.name()).set("space", write(part.space())));
        }
        return node;
    }

    private static Space readSpace(JsonNode node) {
        String kind = node.path("kind").asText();
        return switch (kind) {
            case "discrete" -> new DiscreteSpace(integer(node, "n"), integer(node, "start"));
            case "multi-discrete" ->
                new MultiDiscreteSpace(integers(node.required("counts")), integers(node.required("starts")));
            case "multi-binary" -> new MultiBinarySpace(integer(node, "n"));
            case "box" -> readBox(node);
            case "composite" -> readComposite(node);
            default -> throw new InvalidInputException("a checkpoint can't hold a space of the kind " + kind);
        };
    }

    private static BoxSpace readBox(JsonNode node) {
        int[] shape = integers(node.required("shape"));
        int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        return new BoxSpace(
                shape,
                readBounds(node.required("low"), size),
                readBounds(node.required("high"), size),
                ElementType.valueOf(node.required("type").asText()));
    }

    private static CompositeSpace readComposite(JsonNode node) {
        List<CompositeSpace.Part> parts = new ArrayList<>();
        for (JsonNode part : node.required("parts")) {
            parts.add(new CompositeSpace.Part(part.required("name").asText(), readSpace(part.path("space"))));
        }
        return new CompositeSpace(parts);
    }

    private static int integer(JsonNode node, String name) {
        JsonNode value = node.required(name);
        if (!value.canConvertToExactIntegral() || !value.canConvertToInt()) {
            throw new InvalidInputException(name + " must be a whole number: " + value);
        }
        return value.intValue();
    }

    private static String join(int[] values) {
        return String.join(
                " ", Arrays.stream(values).mapToObj(Integer::toString).toList());
    }

    /** The bounds of all elements, or one if they share it: an image has thousands. */
    private static String bounds(double[] values) {
        boolean shared = Arrays.stream(values).allMatch(value -> Double.compare(value, values[0]) == 0);
        DoubleStream written = shared ? DoubleStream.of(values[0]) : Arrays.stream(values);
        return written.mapToObj(Double::toString).collect(Collectors.joining(" "));
    }

    private static double[] readBounds(JsonNode node, int size) {
        double[] values = words(node).mapToDouble(Double::parseDouble).toArray();
        if (values.length != 1 || size < 1) {
            return values;
        }
        double[] all = new double[size];
        Arrays.fill(all, values[0]);
        return all;
    }

    private static int[] integers(JsonNode node) {
        return words(node).mapToInt(Integer::parseInt).toArray();
    }

    private static Stream<String> words(JsonNode node) {
        return Arrays.stream(node.asText().split(" ", -1)).filter(word -> !word.isEmpty());
    }
}
