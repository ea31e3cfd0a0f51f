package kingfisher.optim.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import kingfisher.optim.linear.LinearOperator;

/** Small matrices as arrays of rows. */
public final class Dense {
    private Dense() {}

    /** Returns the matrix of an operator, column by column from products with the basis vectors. */
    public static double[][] of(LinearOperator operator) {
        int size = operator.size();
        double[][] matrix = new double[size][size];
        double[] column = new double[size];
        for (int j = 0; j < size; j++) {
            double[] basis = new double[size];
            basis[j] = 1;
            operator.apply(basis, column);
            for (int i = 0; i < size; i++) {
                matrix[i][j] = column[i];
            }
        }
        return matrix;
    }

    /** {@code sum += factor · jacobianᵀ inner jacobian}. */
    public static void addPulledBack(double factor, double[][] jacobian, double[][] inner, double[][] sum) {
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum.length; j++) {
                double element = 0;
                for (int k = 0; k < inner.length; k++) {
                    for (int l = 0; l < inner.length; l++) {
                        element += jacobian[k][i] * inner[k][l] * jacobian[l][j];
                    }
                }
                sum[i][j] += factor * element;
            }
        }
    }

    /** {@code sum += factor · matrix}. */
    public static void add(double factor, double[][] matrix, double[][] sum) {
        for (int i = 0; i < sum.length; i++) {
            for (int j = 0; j < sum.length; j++) {
                sum[i][j] += factor * matrix[i][j];
            }
        }
    }

    public static double[] multiply(double[][] matrix, double[] vector) {
        double[] product = new double[matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < vector.length; j++) {
                product[i] += matrix[i][j] * vector[j];
            }
        }
        return product;
    }

    public static double dot(double[] left, double[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += left[i] * right[i];
        }
        return sum;
    }

    /** The largest absolute element. */
    public static double magnitude(double[][] matrix) {
        double largest = 0;
        for (double[] row : matrix) {
            for (double element : row) {
                largest = Math.max(largest, Math.abs(element));
            }
        }
        return largest;
    }

    /** The largest difference of two elements, relative to the largest expected one. */
    public static double error(double[][] actual, double[][] expected) {
        assertThat(actual).hasSameDimensionsAs(expected);
        double error = 0;
        for (int i = 0; i < actual.length; i++) {
            for (int j = 0; j < actual[i].length; j++) {
                error = Math.max(error, Math.abs(actual[i][j] - expected[i][j]));
            }
        }
        return error / magnitude(expected);
    }

    public static double error(double[] actual, double[] expected) {
        return error(new double[][] {actual}, new double[][] {expected});
    }

    public static double[][] transposed(double[][] matrix) {
        double[][] transposed = new double[matrix.length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix.length; j++) {
                transposed[j][i] = matrix[i][j];
            }
        }
        return transposed;
    }

    /** Whether Cholesky's method finds no negative pivot once {@code shift} has been added to the diagonal. */
    public static boolean isPositiveDefinite(double[][] matrix, double shift) {
        int size = matrix.length;
        double[][] factor = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = matrix[i][j] + (i == j ? shift : 0);
                for (int k = 0; k < j; k++) {
                    sum -= factor[i][k] * factor[j][k];
                }
                if (i == j && !(sum > 0)) {
                    return false;
                }
                factor[i][j] = i == j ? Math.sqrt(sum) : sum / factor[j][j];
            }
        }
        return true;
    }
}
