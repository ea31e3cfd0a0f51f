package kingfisher.agents.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.BoxSpace;
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
            node.put("low", join(box.low())).put("high", join(box.high()));
            node.put("type", box.type().name());
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
            case "box" ->
                new BoxSpace(
                        integers(node.required("shape")),
                        numbers(node.required("low")),
                        numbers(node.required("high")),
                        ElementType.valueOf(node.required("type").asText()));
            default -> throw new InvalidInputException("a checkpoint can't hold a space of the kind " + kind);
        };
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

    private static String join(double[] values) {
        return String.join(" ", Arrays.stream(values).mapToObj(Double::toString).toList());
    }

    private static int[] integers(JsonNode node) {
        return words(node).mapToInt(Integer::parseInt).toArray();
    }

    private static double[] numbers(JsonNode node) {
        return words(node).mapToDouble(Double::parseDouble).toArray();
    }

    private static java.util.stream.Stream<String> words(JsonNode node) {
        return Arrays.stream(node.asText().split(" ", -1)).filter(word -> !word.isEmpty());
    }
}
