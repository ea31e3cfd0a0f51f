package kingfisher.agents.run;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** The shares of the training loop's time, which together make 1. */
public record TimeSplit(double environment, double inference, double update, double other) {

    ObjectNode toJson() {
        ObjectNode json = Json.object();
        Json.putNumber(json, "environment", environment);
        Json.putNumber(json, "inference", inference);
        Json.putNumber(json, "update", update);
        Json.putNumber(json, "other", other);
        return json;
    }
}
