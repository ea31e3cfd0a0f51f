package kingfisher.experiments.suite;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import kingfisher.agents.run.Json;

/**
 * What another library's runs of a task reached, in the mean return of the most probable actions of the last policy.
 *
 * @param peer the library's name
 * @param returns one a seed, at least one
 */
public record PeerScores(String peer, List<Double> returns) {
    private static final String FOLDER = "stable-baselines3/";

    /** Keeps a copy, and checks that there is a score. */
    public PeerScores {
        returns = List.copyOf(returns);
        if (returns.isEmpty()) {
            throw new IllegalArgumentException("no score of " + peer + " is known");
        }
    }

    /**
     * Returns the scores of Stable-Baselines3 and sb3-contrib that come with the program, from {@code experiments/results/stable-baselines3}.
     *
     * @param environment Gymnasium's id, such as {@code Hopper-v5}
     * @throws IllegalArgumentException if there are none
     */
    public static PeerScores ofStableBaselines3(String algorithm, String environment, List<Long> seeds) {
        List<Double> returns = new ArrayList<>();
        for (long seed : seeds) {
            String file = FOLDER + algorithm + "-" + environment + "-" + seed + ".json";
            try (InputStream in = PeerScores.class.getResourceAsStream(file)) {
                if (in != null) {
                    String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
                    returns.add(Json.parse(text)
                            .required("final")
                            .required("deterministic")
                            .required("mean")
                            .doubleValue());
                }
            } catch (IOException broken) {
                throw new UncheckedIOException(file + " cannot be read: " + broken.getMessage(), broken);
            }
        }
        return new PeerScores(algorithm.equals("trpo") ? "sb3-contrib" : "Stable-Baselines3", returns);
    }

    /**
     * Returns the mean that is not worse than the peer's: the peer's mean less one standard error of the difference of the
     * means, √(s₁²/n₁ + s₂²/n₂). A side with a single run has no variance to tell and counts as having none.
     */
    public double required(Statistics ours) {
        Statistics peers = statistics();
        return peers.mean() - Math.sqrt(varianceOfMean(ours) + varianceOfMean(peers));
    }

    /** Returns the statistics of the peer's scores. */
    public Statistics statistics() {
        return Statistics.of(returns);
    }

    private static double varianceOfMean(Statistics statistics) {
        return statistics.count() < 2 ? 0 : statistics.std() * statistics.std() / statistics.count();
    }
}
