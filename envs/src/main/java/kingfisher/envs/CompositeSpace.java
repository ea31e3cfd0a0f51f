package kingfisher.envs;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import kingfisher.envs.random.Pcg64;

/**
 * Several named spaces side by side: the numbers of one part after the other, in the order of the parts.
 *
 * <p>Gymnasium's {@code Dict} and {@code Tuple}, flattened: a part is a leaf of the nested space, and its name is the way
 * to it, such as {@code goal/position} for a Dict in a Dict or {@code 0} for the first element of a Tuple.
 *
 * @param parts at least one, with names of their own; copied
 */
public record CompositeSpace(List<Part> parts) implements Space {

    /**
     * One of the spaces.
     *
     * @param name what it is called
     * @param space no composite itself
     */
    public record Part(String name, Space space) {

        /** Checks that the space is a leaf. */
        public Part {
            if (space instanceof CompositeSpace) {
                throw new IllegalArgumentException("a part of a composite space is no composite: " + name);
            }
        }
    }

    /** Copies the parts and checks their names. */
    public CompositeSpace {
        parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a composite space has at least 1 part");
        }
        Set<String> names = new HashSet<>();
        for (Part part : parts) {
            if (!names.add(part.name())) {
                throw new IllegalArgumentException("two parts of a composite space are called " + part.name());
            }
        }
    }

    @Override
    public int size() {
        return parts.stream().mapToInt(part -> part.space().size()).reduce(0, Math::addExact);
    }

    @Override
    public boolean contains(double[] values) {
        if (values.length != size()) {
            return false;
        }
        int offset = 0;
        for (Part part : parts) {
            int end = offset + part.space().size();
            if (!part.space().contains(Arrays.copyOfRange(values, offset, end))) {
                return false;
            }
            offset = end;
        }
        return true;
    }

    /** {@inheritDoc} The parts are drawn in turn from the one generator. */
    @Override
    public double[] sample(Pcg64 generator) {
        double[] values = new double[size()];
        int offset = 0;
        for (Part part : parts) {
            double[] drawn = part.space().sample(generator);
            System.arraycopy(drawn, 0, values, offset, drawn.length);
            offset += drawn.length;
        }
        return values;
    }

    @Override
    public String toString() {
        return parts.stream()
                .map(part -> part.name() + ": " + part.space())
                .collect(Collectors.joining(", ", "Composite(", ")"));
    }
}
