package kingfisher.agents.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Seconds of the training loop, without evaluations and checkpoints.
 *
 * @param total of the loop
 * @param environment stepping the environments
 * @param inference choosing actions and computing values
 * @param update changing the agent
 */
public record TimeSpent(double total, double environment, double inference, double update) {

    /** No time. */
    public static final TimeSpent NONE = new TimeSpent(0, 0, 0, 0);

    TimeSpent plus(TimeSpent other) {
        return new TimeSpent(
                total + other.total,
                environment + other.environment,
                inference + other.inference,
                update + other.update);
    }

    /** What is left of the total. */
    public double other() {
        return total - environment - inference - update;
    }

    void save(ObjectNode node) {
        node.put("total", total).put("environment", environment);
        node.put("inference", inference).put("update", update);
    }

    static TimeSpent load(JsonNode node) {
        return new TimeSpent(
                node.required("total").asDouble(),
                node.required("environment").asDouble(),
                node.required("inference").asDouble(),
                node.required("update").asDouble());
    }
}
