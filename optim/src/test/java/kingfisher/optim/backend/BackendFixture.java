package kingfisher.optim.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.AfterEach;

/**
 * A backend under test, and matrices for it: whole ones, or views at an offset into a larger one, whose surroundings must
 * still hold what they held when the test ends.
 */
abstract class BackendFixture {
    static final long SEED = 20261123;
    private static final double GUARD = 12345;
    private static final int MARGIN = 5;

    /** How the matrices of a test lie in memory. */
    enum Layout {
        WHOLE,
        VIEW
    }

    final Backend backend = create();
    final UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(SEED);
    private final ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
    private final List<Matrix> surroundings = new ArrayList<>();

    abstract Backend create();

    /** The error that is allowed, relative to the size of the numbers that an operation adds up. */
    final double tolerance() {
        return backend.precision() == Precision.DOUBLE ? 1e-12 : 2e-6;
    }

    @AfterEach
    final void surroundingsAreUntouched() {
        for (Matrix margin : surroundings) {
            assertExactly(values(margin), constants(margin.size(), GUARD));
        }
        backend.close();
    }

    /** Returns a matrix of zeros; the offsets of views differ from each other. */
    final Matrix matrix(Layout layout, int rows, int columns) {
        if (layout == Layout.WHOLE) {
            return backend.allocate(rows, columns);
        }
        int before = MARGIN + surroundings.size();
        int size = rows * columns;
        Matrix all = backend.allocate(1, before + size + MARGIN);
        backend.fill(all, GUARD);
        surroundings.add(all.reshaped(0, 1, before));
        surroundings.add(all.reshaped(before + size, 1, MARGIN));
        Matrix view = all.reshaped(before, rows, columns);
        backend.upload(new double[size], view);
        return view;
    }

    final Matrix matrix(Layout layout, int rows, int columns, double... values) {
        Matrix matrix = matrix(layout, rows, columns);
        backend.upload(values, matrix);
        return matrix;
    }

    final double[] values(Matrix matrix) {
        double[] values = new double[matrix.size()];
        backend.download(matrix, values);
        return values;
    }

    /** Draws normal numbers that every precision holds exactly. */
    final double[] normals(int count) {
        double[] values = new double[count];
        Arrays.setAll(values, i -> (float) normal.sample());
        return values;
    }

    static double[] constants(int count, double value) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        return values;
    }

    /** Compares, with a tolerance relative to the largest expected number and at least to {@code magnitude}. */
    final void assertClose(String what, double[] actual, double[] expected, double magnitude) {
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        assertWithin(tolerance() * Math.max(magnitude, largest), what, actual, expected);
    }

    static void assertWithin(double error, String what, double[] actual, double[] expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            if (!(Math.abs(actual[i] - expected[i]) <= error)) {
                assertThat(actual[i]).as("%s, element %d", what, i).isCloseTo(expected[i], within(error));
            }
        }
    }

    static void assertNan(double[] values, IntPredicate where) {
        for (int i = 0; i < values.length; i++) {
            assertThat(Double.isNaN(values[i])).as("element %d is NaN", i).isEqualTo(where.test(i));
        }
    }

    /** Compares bits, fast. */
    static void assertExactly(double[] actual, double... expected) {
        assertThat(Arrays.mismatch(actual, expected))
                .as("first element that differs")
                .isEqualTo(-1);
    }
}
