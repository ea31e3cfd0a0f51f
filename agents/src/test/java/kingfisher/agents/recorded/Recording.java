package kingfisher.agents.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.stream.StreamSupport;

/** One update of Stable-Baselines3 or sb3-contrib, as the scripts of {@code experiments/peers} recorded it. */
public final class Recording {

    private final JsonNode root;

    private Recording(JsonNode root) {
        this.root = root;
    }

    /** Reads a recording beside a class. */
    public static Recording load(Class<?> test, String file) throws IOException {
        try (InputStream stream = test.getResourceAsStream(file)) {
            return new Recording(new ObjectMapper().readTree(Objects.requireNonNull(stream, file)));
        }
    }

    public JsonNode settings() {
        return root.path("settings");
    }

    public double[] rollout(String name) {
        return values(root.path("rollout").path(name));
    }

    public JsonNode truncations() {
        return root.path("rollout").path("truncations");
    }

    public double log(String name) {
        return root.path("log").path(name).asDouble();
    }

    /** The norm of the gradient of the only step. */
    public double gradientNorm() {
        return root.path("gradientNorm").asDouble();
    }

    /** Whether the optimizer had taken steps before. */
    public boolean hasSecondMoments() {
        return !root.path("secondMomentsBefore").isEmpty();
    }

    /** The dimensions of a Gaussian policy; 0 if the policy is another one. */
    public int actionDimensions() {
        return root.path("parametersBefore")
                .path("log_std")
                .path("shape")
                .path(0)
                .asInt();
    }

    public int observationSize() {
        return root.path("rollout").path("observations").path("shape").path(2).asInt();
    }

    /** A parameter before or after, transposed if it is a weight: ours are [inputs × outputs]. */
    public double[] parameter(String when, String name) {
        JsonNode node = root.path(when).path(name);
        if (node.isMissingNode()) {
            throw new IllegalArgumentException("the recording has no " + when + "/" + name);
        }
        double[] values = values(node);
        if (node.path("shape").size() < 2) {
            return values;
        }
        int outputs = node.path("shape").path(0).asInt();
        int inputs = node.path("shape").path(1).asInt();
        double[] transposed = new double[values.length];
        for (int i = 0; i < inputs; i++) {
            for (int o = 0; o < outputs; o++) {
                transposed[i * outputs + o] = values[o * inputs + i];
            }
        }
        return transposed;
    }

    /** An epoch's order of rows, in our numbering: the recording counts environment by environment. */
    public int[] permutation(int epoch, int steps, int environments) {
        return StreamSupport.stream(root.path("permutations").path(epoch).spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .map(row -> row % steps * environments + row / steps)
                .toArray();
    }

    public static double[] values(JsonNode tensor) {
        JsonNode list = tensor.has("values") ? tensor.path("values") : tensor;
        return StreamSupport.stream(list.spliterator(), false)
                .mapToDouble(value -> value.isBoolean() ? (value.asBoolean() ? 1 : 0) : value.asDouble())
                .toArray();
    }
}
