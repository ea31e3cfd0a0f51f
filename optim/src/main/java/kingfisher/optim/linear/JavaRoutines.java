package kingfisher.optim.linear;

import java.util.Arrays;
import java.util.List;

/** The same in plain Java, for machines on which the native library can't be loaded: right, and slow. */
final class JavaRoutines implements Routines {

    @Override
    public List<EigenMethod> eigenMethods(int size) {
        return List.of(Jacobi::decompose);
    }

    /** Row by row: {@code L_ij = (A_ij - Σ_{k<j} L_ik L_jk) / L_jj}. */
    @Override
    public boolean factor(int size, double[] matrix) {
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                double rest = matrix[i * size + j] - Vectors.dot(matrix, i * size, matrix, j * size, j);
                if (i != j) {
                    matrix[i * size + j] = rest / matrix[j * size + j];
                } else if (rest > 0 && rest < Double.POSITIVE_INFINITY) {
                    matrix[i * size + i] = Math.sqrt(rest);
                } else {
                    return false;
                }
            }
        }
        return true;
    }

    @Override
    public void invert(int size, double[] factor) {
        double[] inverse = new double[size * size];
        for (int i = 0; i < size; i++) {
            inverse[i * size + i] = 1;
        }
        solve(size, factor, size, inverse);
        System.arraycopy(inverse, 0, factor, 0, inverse.length);
    }

    /** Forward through LY = B, then backward through LᵀX = Y, a row of all right-hand sides at a time. */
    @Override
    public void solve(int size, double[] factor, int columns, double[] right) {
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < i; k++) {
                addRow(-factor[i * size + k], k, i, columns, right);
            }
            divideRow(factor[i * size + i], i, columns, right);
        }
        for (int i = size - 1; i >= 0; i--) {
            for (int k = i + 1; k < size; k++) {
                addRow(-factor[k * size + i], k, i, columns, right);
            }
            divideRow(factor[i * size + i], i, columns, right);
        }
    }

    private static void addRow(double scale, int from, int to, int columns, double[] matrix) {
        for (int j = 0; j < columns; j++) {
            matrix[to * columns + j] += scale * matrix[from * columns + j];
        }
    }

    private static void divideRow(double divisor, int row, int columns, double[] matrix) {
        for (int j = row * columns; j < (row + 1) * columns; j++) {
            matrix[j] /= divisor;
        }
    }

    @Override
    public void multiply(
            int rows,
            int inner,
            int columns,
            double[] a,
            boolean transposeA,
            double[] b,
            boolean transposeB,
            double[] c) {
        Arrays.fill(c, 0, rows * columns, 0);
        for (int i = 0; i < rows; i++) {
            for (int k = 0; k < inner; k++) {
                double scale = a[transposeA ? k * rows + i : i * inner + k];
                int from = transposeB ? k : k * columns;
                int stride = transposeB ? inner : 1;
                for (int j = 0; j < columns; j++) {
                    c[i * columns + j] += scale * b[from + j * stride];
                }
            }
        }
    }
}
