package kingfisher.optim.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** The oracle: small row-major matrices and what they mean, as plain loops that share nothing with the code under test. */
public final class Dense {
    private Dense() {}

    public static UniformRandomProvider random(long seed) {
        return RandomSource.XO_RO_SHI_RO_128_PP.create(seed);
    }

    /** Uniform in [-1, 1]. */
    public static double[] uniform(int count, UniformRandomProvider random) {
        return random.doubles(count, -1, 1).toArray();
    }

    /** {@code XᵀX / rows} of random rows: positive definite if there are at least n rows, else of rank {@code rows}. */
    public static double[] covariance(int n, int rows, UniformRandomProvider random) {
        double[] x = uniform(rows * n, random);
        return scale(1.0 / rows, multiply(n, rows, n, transpose(rows, n, x), x));
    }

    public static double[] identity(int n) {
        double[] identity = new double[n * n];
        for (int i = 0; i < n; i++) {
            identity[i * n + i] = 1;
        }
        return identity;
    }

    public static double[] diagonal(double... values) {
        double[] diagonal = identity(values.length);
        for (int i = 0; i < values.length; i++) {
            diagonal[i * values.length + i] = values[i];
        }
        return diagonal;
    }

    public static double[] add(double[] a, double[] b) {
        double[] sum = new double[a.length];
        Arrays.setAll(sum, i -> a[i] + b[i]);
        return sum;
    }

    public static double[] scale(double scale, double[] a) {
        return Arrays.stream(a).map(value -> scale * value).toArray();
    }

    /** a [rows × inner] times b [inner × columns]. */
    public static double[] multiply(int rows, int inner, int columns, double[] a, double[] b) {
        double[] c = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int k = 0; k < inner; k++) {
                    sum += a[i * inner + k] * b[k * columns + j];
                }
                c[i * columns + j] = sum;
            }
        }
        return c;
    }

    public static double[] times(double[] matrix, double[] vector) {
        return multiply(vector.length, vector.length, 1, matrix, vector);
    }

    /** The transpose of a [rows × columns]; as a vector it is a with its columns stacked. */
    public static double[] transpose(int rows, int columns, double[] a) {
        double[] transpose = new double[a.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                transpose[j * rows + i] = a[i * columns + j];
            }
        }
        return transpose;
    }

    /** Equation (15) for square a [m × m] and b [n × n]: block (i, j) is a_ij b. */
    public static double[] kronecker(int m, double[] a, int n, double[] b) {
        double[] product = new double[m * n * m * n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < m; j++) {
                for (int k = 0; k < n; k++) {
                    for (int l = 0; l < n; l++) {
                        product[(i * n + k) * m * n + j * n + l] = a[i * m + j] * b[k * n + l];
                    }
                }
            }
        }
        return product;
    }

    /** The same for a [m × p] and b [n × q] of any shape. */
    public static double[] kronecker(int m, int p, double[] a, int n, int q, double[] b) {
        double[] product = new double[m * n * p * q];
        for (int i = 0; i < m * n; i++) {
            for (int j = 0; j < p * q; j++) {
                product[i * p * q + j] = a[i / n * p + j / q] * b[i % n * q + j % q];
            }
        }
        return product;
    }

    /** The inverse of a matrix [n × n], column by column. */
    public static double[] inverse(int n, double[] matrix) {
        double[] inverse = new double[n * n];
        for (int j = 0; j < n; j++) {
            double[] unit = new double[n];
            unit[j] = 1;
            double[] column = solve(matrix, unit);
            for (int i = 0; i < n; i++) {
                inverse[i * n + j] = column[i];
            }
        }
        return inverse;
    }

    /** Gauss' elimination with the largest pivot of each column; returns the determinant, and the solution in {@code b}. */
    private static double eliminate(int n, double[] a, double[] b) {
        double determinant = 1;
        for (int k = 0; k < n; k++) {
            int pivot = k;
            for (int i = k + 1; i < n; i++) {
                pivot = Math.abs(a[i * n + k]) > Math.abs(a[pivot * n + k]) ? i : pivot;
            }
            determinant *= pivot == k ? 1 : -1;
            swap(b, k, pivot);
            for (int j = 0; j < n; j++) {
                swap(a, k * n + j, pivot * n + j);
            }
            determinant *= a[k * n + k];
            for (int i = k + 1; i < n; i++) {
                double factor = a[i * n + k] / a[k * n + k];
                b[i] -= factor * b[k];
                for (int j = k; j < n; j++) {
                    a[i * n + j] -= factor * a[k * n + j];
                }
            }
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int j = i + 1; j < n; j++) {
                b[i] -= a[i * n + j] * b[j];
            }
            b[i] /= a[i * n + i];
        }
        return determinant;
    }

    private static void swap(double[] values, int i, int j) {
        double value = values[i];
        values[i] = values[j];
        values[j] = value;
    }

    public static double[] solve(double[] matrix, double[] right) {
        double[] solution = right.clone();
        eliminate(right.length, matrix.clone(), solution);
        return solution;
    }

    public static double determinant(int n, double[] matrix) {
        return eliminate(n, matrix.clone(), new double[n]);
    }

    public static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    public static double norm(double[] x) {
        return Math.sqrt(dot(x, x));
    }

    /** Returns the norm of the difference relative to the expected norm. */
    public static double error(double[] actual, double[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double norm = norm(expected);
        return norm(add(actual, scale(-1, expected))) / (norm == 0 ? 1 : norm);
    }

    /** Asserts that {@link #error} is at most {@code tolerance}. */
    public static void assertClose(String what, double[] actual, double[] expected, double tolerance) {
        assertThat(error(actual, expected)).as("relative error of %s", what).isLessThanOrEqualTo(tolerance);
    }

    public static double[] apply(LinearOperator operator, double[] vector) {
        double[] product = new double[vector.length];
        operator.apply(vector, product);
        return product;
    }
}
