package kingfisher.agents.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The mean and the standard deviation of some episodes' returns, NaN where there were none.
 *
 * @param std the square root of the mean squared distance from the mean, as NumPy's {@code std} has it
 */
public record ReturnSummary(double mean, double std) {
    /** What is known of no episodes. */
    public static final ReturnSummary NONE = new ReturnSummary(Double.NaN, Double.NaN);

    /** Returns the summary of the returns. */
    public static ReturnSummary of(List<Double> returns) {
        if (returns.isEmpty()) {
            return NONE;
        }
        double mean =
                returns.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
        double squares = 0;
        for (double value : returns) {
            squares += (value - mean) * (value - mean);
        }
        return new ReturnSummary(mean, Math.sqrt(squares / returns.size()));
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        Json.putNumber(json, "mean", mean);
        Json.putNumber(json, "std", std);
        return json;
    }
}
