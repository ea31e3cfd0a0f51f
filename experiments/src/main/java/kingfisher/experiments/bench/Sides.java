package kingfisher.experiments.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.ObjDoubleConsumer;

/** What a benchmark compares, by name: measured in turn, so that all see the same machine. */
final class Sides {

    private final Map<String, DoubleSupplier> measurements = new LinkedHashMap<>();
    private final Map<String, List<Double>> samples = new LinkedHashMap<>();

    void add(String side, DoubleSupplier measurement) {
        measurements.put(side, measurement);
        samples.put(side, new ArrayList<>());
    }

    /**
     * Takes a sample of every side, in the order in which they were added.
     *
     * @param listener takes each side's name and its sample
     */
    void sampleAll(ObjDoubleConsumer<String> listener) {
        measurements.forEach((side, measurement) -> {
            double sample = measurement.getAsDouble();
            samples(side).add(sample);
            listener.accept(side, sample);
        });
    }

    /** Throws the samples so far away: of a warm-up, say. */
    void forget() {
        samples.values().forEach(List::clear);
    }

    /** The samples so far of a side. */
    List<Double> samples(String side) {
        List<Double> taken = samples.get(side);
        if (taken == null) {
            throw new IllegalArgumentException("no side is called " + side);
        }
        return taken;
    }
}
