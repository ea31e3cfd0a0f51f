package kingfisher.optim.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What holds for every backend's operations on factors of curvature. */
abstract class BackendCurvatureContract extends BackendMemoryContract {

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "3,65", "65,3", "129,64", "31,257", "1200,70", "400,129", "1100,250", "700,384"})
    void covarianceIsTheProductOfTheBatchWithItself(int rows, int columns) {
        for (Layout layout : Layout.values()) {
            double[] x = normals(rows * columns);
            Matrix batch = matrix(layout, rows, columns, x);
            for (double[] factors : new double[][] {{1, 0}, {1, 1}, {0.05, 0.95}, {-0.7, 1.3}, {0, 0.5}, {2, 0}}) {
                double[] before = symmetric(columns);
                double[] expected = Reference.multiply(columns, rows, columns, factors[0], x, true, x, false);
                if (factors[1] == 0) {
                    Arrays.fill(before, Double.NaN);
                } else {
                    Arrays.setAll(expected, i -> expected[i] + factors[1] * before[i]);
                }
                Matrix target = matrix(layout, columns, columns, before);
                backend.covariance(factors[0], batch, factors[1], target);
                double[] actual = values(target);
                assertClose("%s, factors %s".formatted(layout, Arrays.toString(factors)), actual, expected, 1);
                assertExactly(transposed(columns, actual), actual);
            }
            assertExactly(values(batch), x);
        }
    }

    @Test
    void averagesOfCovariancesStaySymmetricAndGiveTheSameBits() {
        double[] x = normals(300 * 65);
        double[] once = averagedCovariance(x);
        assertExactly(transposed(65, once), once);
        assertExactly(averagedCovariance(x), once);
    }

    private double[] averagedCovariance(double[] x) {
        Matrix all = matrix(Layout.WHOLE, 300, 65, x);
        Matrix average = backend.allocate(65, 65);
        for (int first = 0; first < 300; first += 50) {
            backend.covariance(0.05 / 50, all.rowRange(first, 50), 0.95, average);
        }
        return values(average);
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "65,3", "65,64", "257,129"})
    void dampedDivisionIsByProductsOfTheFactors(int rows, int columns) {
        for (Layout layout : Layout.values()) {
            double[] left = squares(rows);
            double[] right = squares(columns);
            Matrix leftFactors = matrix(layout, 1, rows, left);
            Matrix rightFactors = matrix(layout, 1, columns, right);
            double[] expected = normals(rows * columns);
            Matrix target = matrix(layout, rows, columns, expected);
            for (double damping : new double[] {0.25, 4, 4}) {
                backend.divideDamped(leftFactors, rightFactors, damping, target);
                Arrays.setAll(expected, i -> expected[i] / (left[i / columns] * right[i % columns] + damping));
                assertClose("%s, damping %s".formatted(layout, damping), values(target), expected, 0);
            }
            assertExactly(values(leftFactors), left);
            assertExactly(values(rightFactors), right);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "65,3", "65,64", "257,129"})
    void shiftedDivisionIsElementByElement(int rows, int columns) {
        for (Layout layout : Layout.values()) {
            double[] divisors = squares(rows * columns);
            Matrix by = matrix(layout, rows, columns, divisors);
            double[] expected = normals(rows * columns);
            Matrix target = matrix(layout, rows, columns, expected);
            for (double shift : new double[] {0.25, 4, 4}) {
                backend.divideShifted(by, shift, target);
                Arrays.setAll(expected, i -> expected[i] / (divisors[i] + shift));
                assertClose("%s, shift %s".formatted(layout, shift), values(target), expected, 0);
            }
            assertExactly(values(by), divisors);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "65,3", "257,129"})
    void squaresAreElementByElement(int rows, int columns) {
        for (Layout layout : Layout.values()) {
            double[] x = normals(rows * columns);
            double[] expected = Arrays.stream(x).map(value -> value * value).toArray();
            Matrix source = matrix(layout, rows, columns, x);
            Matrix target = matrix(layout, rows, columns, constants(rows * columns, Double.NaN));
            backend.square(source, target);
            assertClose("%s".formatted(layout), values(target), expected, 0);
            assertExactly(values(source), x);
            backend.square(source, source);
            assertExactly(values(source), values(target));
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,7", "7,1", "65,3", "65,64", "257,129"})
    void rowsAreScaledByTheirFactors(int rows, int columns) {
        for (Layout layout : Layout.values()) {
            double[] scales = normals(rows);
            double[] x = normals(rows * columns);
            Matrix factors = matrix(layout, rows, 1, scales);
            Matrix source = matrix(layout, rows, columns, x);
            double[] expected = new double[rows * columns];
            Arrays.setAll(expected, i -> scales[i / columns] * x[i]);
            Matrix target = matrix(layout, rows, columns, constants(x.length, Double.NaN));
            backend.scaleRows(factors, source, target);
            assertClose("%s".formatted(layout), values(target), expected, 0);
            assertExactly(values(source), x);
            assertExactly(values(factors), scales);
            double[] apart = values(target);
            backend.scaleRows(factors, source, source);
            assertExactly(values(source), apart);
        }
    }

    @Test
    void nanReachesWhatIsComputedFromItAndNothingElse() {
        double[] x = normals(65 * 7);
        x[4 * 7 + 2] = Double.NaN;
        Matrix covariance = backend.allocate(7, 7);
        backend.covariance(1, matrix(Layout.VIEW, 65, 7, x), 0, covariance);
        assertNan(values(covariance), i -> i / 7 == 2 || i % 7 == 2);
        Matrix left = matrix(Layout.VIEW, 1, 5, 1, 0, Double.NaN, 1, 1);
        Matrix right = matrix(Layout.VIEW, 1, 3, 1, Double.NaN, 1);
        Matrix target = matrix(Layout.VIEW, 5, 3, constants(15, 1));
        backend.divideDamped(left, right, 1, target);
        assertNan(values(target), i -> i / 3 == 2 || i % 3 == 1);
        Matrix factors = matrix(Layout.VIEW, 5, 1, 1, Double.NaN, 0, 1, 1);
        Matrix rows = matrix(Layout.VIEW, 5, 2, 1, 1, 1, 1, Double.NaN, 1, 1, 1, 1, 1);
        backend.scaleRows(factors, rows, rows);
        assertNan(values(rows), i -> i / 2 == 1 || i == 4);
    }

    @Test
    void divisionWithoutDampingByZeroIsInfinite() {
        Matrix target = matrix(Layout.WHOLE, 1, 2, 3, -4);
        backend.divideDamped(backend.allocate(1, 1), matrix(Layout.WHOLE, 1, 2, 1, 1), 0, target);
        assertThat(values(target)).containsExactly(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    }

    private double[] squares(int count) {
        return Arrays.stream(normals(count))
                .map(value -> (float) (value * value))
                .toArray();
    }

    private double[] symmetric(int size) {
        double[] matrix = normals(size * size);
        for (int i = 0; i < matrix.length; i++) {
            int row = i / size;
            int column = i % size;
            matrix[i] = matrix[Math.max(row, column) * size + Math.min(row, column)];
        }
        return matrix;
    }

    private static double[] transposed(int size, double[] matrix) {
        double[] result = new double[matrix.length];
        Arrays.setAll(result, i -> matrix[i % size * size + i / size]);
        return result;
    }
}
