package kingfisher.agents.trpo;

import java.util.function.ToDoubleFunction;

/** Derivatives by central differences and linear systems by elimination: slow, small and independent of the engine. */
final class DenseMatrices {

    private static final double FIRST = 1e-5;
    private static final double SECOND = 1e-3;

    private DenseMatrices() {}

    static double[] gradient(ToDoubleFunction<double[]> function, double[] at) {
        double[] point = at.clone();
        double[] gradient = new double[at.length];
        for (int i = 0; i < at.length; i++) {
            point[i] = at[i] + FIRST;
            double above = function.applyAsDouble(point);
            point[i] = at[i] - FIRST;
            gradient[i] = (above - function.applyAsDouble(point)) / (2 * FIRST);
            point[i] = at[i];
        }
        return gradient;
    }

    /** The Hessian, of fourth order in the step by Richardson's extrapolation. */
    static double[][] hessian(ToDoubleFunction<double[]> function, double[] at) {
        double[][] hessian = new double[at.length][at.length];
        for (int i = 0; i < at.length; i++) {
            for (int j = 0; j <= i; j++) {
                double wide = mixed(function, at, i, j, 2 * SECOND);
                hessian[i][j] = (4 * mixed(function, at, i, j, SECOND) - wide) / 3;
                hessian[j][i] = hessian[i][j];
            }
        }
        return hessian;
    }

    private static double mixed(ToDoubleFunction<double[]> function, double[] at, int i, int j, double step) {
        double sum = 0;
        for (int a = -1; a <= 1; a += 2) {
            for (int b = -1; b <= 1; b += 2) {
                double[] point = at.clone();
                point[i] += a * step;
                point[j] += b * step;
                sum += a * b * function.applyAsDouble(point);
            }
        }
        return sum / (4 * step * step);
    }

    static double[][] damped(double[][] matrix, double damping) {
        double[][] damped = new double[matrix.length][];
        for (int i = 0; i < matrix.length; i++) {
            damped[i] = matrix[i].clone();
            damped[i][i] += damping;
        }
        return damped;
    }

    static double[] product(double[][] matrix, double[] vector) {
        double[] product = new double[vector.length];
        for (int i = 0; i < vector.length; i++) {
            product[i] = dot(matrix[i], vector);
        }
        return product;
    }

    /** Solves a system by Gaussian elimination with partial pivoting. */
    static double[] solve(double[][] matrix, double[] rightHandSide) {
        int n = rightHandSide.length;
        double[][] rows = damped(matrix, 0);
        double[] x = rightHandSide.clone();
        for (int k = 0; k < n; k++) {
            int pivot = k;
            for (int i = k + 1; i < n; i++) {
                pivot = Math.abs(rows[i][k]) > Math.abs(rows[pivot][k]) ? i : pivot;
            }
            swap(rows, x, k, pivot);
            for (int i = k + 1; i < n; i++) {
                double factor = rows[i][k] / rows[k][k];
                for (int j = k; j < n; j++) {
                    rows[i][j] -= factor * rows[k][j];
                }
                x[i] -= factor * x[k];
            }
        }
        for (int k = n - 1; k >= 0; k--) {
            for (int j = k + 1; j < n; j++) {
                x[k] -= rows[k][j] * x[j];
            }
            x[k] /= rows[k][k];
        }
        return x;
    }

    private static void swap(double[][] rows, double[] x, int i, int j) {
        double[] row = rows[i];
        rows[i] = rows[j];
        rows[j] = row;
        double value = x[i];
        x[i] = x[j];
        x[j] = value;
    }

    static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    static double norm(double[] x) {
        return Math.sqrt(dot(x, x));
    }

    /** {@code x - scale · y}. */
    static double[] difference(double[] x, double scale, double[] y) {
        double[] difference = x.clone();
        for (int i = 0; i < x.length; i++) {
            difference[i] -= scale * y[i];
        }
        return difference;
    }
}
