package kingfisher.agents.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.StreamSupport;

/** Arrays and moments in the JSON of a checkpoint. */
public final class StateJson {

    private StateJson() {}

    /** Puts an array of numbers. */
    public static void put(ObjectNode node, String name, double[] values) {
        ArrayNode array = node.putArray(name);
        for (double value : values) {
            array.add(value);
        }
    }

    /** Returns an array that {@link #put} put. */
    public static double[] array(JsonNode node, String name) {
        return StreamSupport.stream(node.required(name).spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    /** Puts running moments. */
    public static void put(ObjectNode node, String name, RunningMoments moments) {
        ObjectNode object = node.putObject(name);
        put(object, "mean", moments.mean());
        put(object, "variance", moments.variance());
        object.put("count", moments.count());
    }

    /** Sets running moments to what {@link #put} put. */
    public static void restore(JsonNode node, String name, RunningMoments moments) {
        JsonNode object = node.required(name);
        moments.restore(
                array(object, "mean"),
                array(object, "variance"),
                object.required("count").asDouble());
    }
}
