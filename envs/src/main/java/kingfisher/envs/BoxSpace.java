package kingfisher.envs;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kingfisher.envs.random.Pcg64;

/**
 * Arrays of numbers of a fixed shape, each element between its own bounds, inclusive; a bound may be infinite.
 *
 * @param shape the lengths of the dimensions; copied
 * @param low the smallest value of each element in C order; copied, rounded to {@code type}
 * @param high the largest value of each element in C order; copied, rounded to {@code type}
 * @param type the number type that the environment states its elements in
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record BoxSpace(int[] shape, double[] low, double[] high, ElementType type) implements Space {

    /** Copies the arrays and checks that shape and bounds agree. */
    public BoxSpace {
        shape = shape.clone();
        low = Arrays.stream(low).map(type::round).toArray();
        high = Arrays.stream(high).map(type::round).toArray();
        int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
        if (size < 1 || low.length != size || high.length != size) {
            throw new IllegalArgumentException("a box of shape " + text(shape) + " needs as many bounds as elements: "
                    + low.length + " low and " + high.length + " high");
        }
        for (int i = 0; i < size; i++) {
            if (!(low[i] <= high[i])) {
                throw new IllegalArgumentException(
                        "bounds of element " + i + " must be in order: " + low[i] + " and " + high[i]);
            }
        }
    }

    /** A vector with the same bounds for each element. */
    public static BoxSpace uniform(int size, double low, double high, ElementType type) {
        double[] lows = new double[size];
        double[] highs = new double[size];
        Arrays.fill(lows, low);
        Arrays.fill(highs, high);
        return new BoxSpace(new int[] {size}, lows, highs, type);
    }

    /** A vector with bounds of its own for each element. */
    public static BoxSpace vector(double[] low, double[] high, ElementType type) {
        return new BoxSpace(new int[] {low.length}, low, high, type);
    }

    /** A copy of the lengths of the dimensions. */
    @Override
    public int[] shape() {
        return shape.clone();
    }

    /** A copy of the smallest values. */
    @Override
    public double[] low() {
        return low.clone();
    }

    /** A copy of the largest values. */
    @Override
    public double[] high() {
        return high.clone();
    }

    @Override
    public int size() {
        return low.length;
    }

    /** {@inheritDoc} NaN is in no box; a value that the type would round, but that lies within the bounds, is. */
    @Override
    public boolean contains(double[] values) {
        if (values.length != low.length) {
            return false;
        }
        for (int i = 0; i < values.length; i++) {
            boolean within = values[i] >= low[i] && values[i] <= high[i];
            if (!within || (type.isInteger() && values[i] != Math.rint(values[i]))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public double[] sample(Pcg64 generator) {
        double[] values = new double[low.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = type.round(sampleElement(i, generator));
        }
        return values;
    }

    private double sampleElement(int i, Pcg64 generator) {
        boolean below = low[i] != Double.NEGATIVE_INFINITY;
        boolean above = high[i] != Double.POSITIVE_INFINITY;
        if (below && above) {
            return type.isInteger()
                    ? Math.floor(generator.uniform(low[i], high[i] + 1))
                    : generator.uniform(low[i], high[i]);
        }
        if (!below && !above) {
            return generator.standardNormal();
        }
        double distance = -Math.log1p(-generator.nextDouble());
        return below ? low[i] + distance : high[i] - distance;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BoxSpace that
                && type == that.type
                && Arrays.equals(shape, that.shape)
                && Arrays.equals(low, that.low)
                && Arrays.equals(high, that.high);
    }

    @Override
    public int hashCode() {
        int bounds = 31 * Arrays.hashCode(low) + Arrays.hashCode(high);
        return 31 * (31 * Arrays.hashCode(shape) + bounds) + type.hashCode();
    }

    /** Gymnasium's form: one number a bound where all elements share it, else all of them. */
    @Override
    public String toString() {
        return "Box(" + text(low) + ", " + text(high) + ", " + text(shape) + ", " + type + ")";
    }

    private String text(double[] bounds) {
        if (Arrays.stream(bounds).allMatch(bound -> bound == bounds[0])) {
            return type.format(bounds[0]);
        }
        return Arrays.stream(bounds).mapToObj(type::format).collect(Collectors.joining(" ", "[", "]"));
    }

    private static String text(int[] shape) {
        String lengths = IntStream.of(shape).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        return shape.length == 1 ? "(" + lengths + ",)" : "(" + lengths + ")";
    }
}
