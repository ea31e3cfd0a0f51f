package kingfisher.agents.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;

/**
 * What a policy reached in episodes that no training or selection saw.
 *
 * @param policy "last" or "best"
 * @param seed the seed from which the episodes started
 * @param returns the raw return of each episode
 * @param deterministic the episodes in which each action was the most likely one
 * @param stochastic the episodes in which each action was drawn
 */
public record EvaluationResult(
        String policy, long seed, List<Double> returns, ReturnSummary deterministic, ReturnSummary stochastic) {
    /** Keeps a copy of the list. */
    public EvaluationResult {
        returns = List.copyOf(returns);
    }

    /**
     * Writes the evaluation alone, as it stands in {@code result.json}.
     *
     * @throws java.io.UncheckedIOException if that fails
     */
    public void write(Path file) {
        AtomicFile.write(file, Json.pretty(toJson()));
    }

    ObjectNode toJson() {
        ReturnSummary summary = ReturnSummary.of(returns);
        ObjectNode json = Json.object().put("policy", policy).put("seed", seed).put("episodes", returns.size());
        Json.putNumber(json, "meanReturn", summary.mean());
        Json.putNumber(json, "stdReturn", summary.std());
        ArrayNode array = json.putArray("returns");
        for (double value : returns) {
            if (Double.isFinite(value)) {
                array.add(value);
            } else {
                array.addNull();
            }
        }
        json.set("deterministic", deterministic.toJson());
        json.set("stochastic", stochastic.toJson());
        return json;
    }
}
