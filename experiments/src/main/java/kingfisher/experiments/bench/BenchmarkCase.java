package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import kingfisher.agents.run.Json;
import kingfisher.experiments.suite.Statistics;

/**
 * The samples of one setting of a benchmark.
 *
 * @param name what was measured
 * @param ours samples of this project, in the order in which they were taken
 * @param peer samples of the peer
 * @param ownPeer what this case compares with, if it is not the benchmark's peer
 */
record BenchmarkCase(String name, Unit unit, List<Double> ours, List<Double> peer, Optional<String> ownPeer) {

    BenchmarkCase {
        ours = List.copyOf(ours);
        peer = List.copyOf(peer);
    }

    /** Creates a case that compares with the benchmark's peer. */
    BenchmarkCase(String name, Unit unit, List<Double> ours, List<Double> peer) {
        this(name, unit, ours, peer, Optional.empty());
    }

    double oursMedian() {
        return Statistics.of(ours).median();
    }

    double peerMedian() {
        return Statistics.of(peer).median();
    }

    /** Median against median; more than 1 where ours is faster. */
    double ratio() {
        return unit.ratio(oursMedian(), peerMedian());
    }

    ObjectNode toJson() {
        ObjectNode json = Json.object().put("case", name).put("unit", unit.text());
        ownPeer.ifPresent(peerName -> json.put("peerName", peerName));
        addAll(json.putArray("ours"), ours);
        addAll(json.putArray("peer"), peer);
        Json.putNumber(json, "ratio", ratio());
        return json;
    }

    private static void addAll(ArrayNode array, List<Double> samples) {
        samples.forEach(array::add);
    }

    String table(String benchmarksPeer) {
        String peerName = ownPeer.orElse(benchmarksPeer);
        int width = Math.max("Kingfisher".length(), peerName.length());
        return name + ", " + unit.text() + "\n" + line(width, "Kingfisher", ours, oursMedian())
                + line(width, peerName, peer, peerMedian())
                + String.format(Locale.ROOT, "  %-" + width + "s %.2f%n", "ratio", ratio());
    }

    private static String line(int width, String who, List<Double> samples, double median) {
        String numbers = samples.stream().map(BenchmarkCase::number).collect(Collectors.joining(" "));
        return "  " + who + " ".repeat(width - who.length()) + numbers + "   median "
                + number(median).strip() + "\n";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 1000 ? "%11.3f" : "%,11.0f", value);
    }
}
