package kingfisher.optim.newton;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import kingfisher.optim.linear.Dense;

/** Functions with gradients and curvatures by their formulas. */
final class Functions {

    private Functions() {}

    /** {@code ½ xᵀAx - bᵀx}, which notes where its gradient was asked for. */
    static final class Quadratic implements CurvedFunction {
        final double[] matrix;
        final double[] right;
        final List<double[]> visited = new ArrayList<>();

        Quadratic(double[] matrix, double[] right) {
            this.matrix = matrix;
            this.right = right;
        }

        double[] minimum() {
            return Dense.solve(matrix, right);
        }

        @Override
        public int size() {
            return right.length;
        }

        @Override
        public double value(double[] point) {
            return 0.5 * Dense.dot(point, Dense.times(matrix, point)) - Dense.dot(right, point);
        }

        @Override
        public double value(double[] point, double[] gradient) {
            visited.add(point.clone());
            double[] product = Dense.times(matrix, point);
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] = product[i] - right[i];
            }
            return value(point);
        }

        @Override
        public double value(double[] point, double[] gradient, double[] curvature) {
            System.arraycopy(matrix, 0, curvature, 0, matrix.length);
            return value(point, gradient);
        }
    }

    /** {@code Σ 100 (x_{i+1} - x_i²)² + (1 - x_i)²}, with its minimum 0 where all are 1. */
    static final class Rosenbrock implements SmoothFunction {
        private final int size;
        int evaluations;

        Rosenbrock(int size) {
            this.size = size;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public double value(double[] x) {
            double sum = 0;
            for (int i = 0; i + 1 < size; i++) {
                sum += 100 * Math.pow(x[i + 1] - x[i] * x[i], 2) + Math.pow(1 - x[i], 2);
            }
            return sum;
        }

        @Override
        public double value(double[] x, double[] gradient) {
            evaluations++;
            for (int i = 0; i < size; i++) {
                gradient[i] = 0;
            }
            for (int i = 0; i + 1 < size; i++) {
                double valley = x[i + 1] - x[i] * x[i];
                gradient[i] += -400 * x[i] * valley - 2 * (1 - x[i]);
                gradient[i + 1] += 200 * valley;
            }
            return value(x);
        }
    }

    /** A function of one variable, by its first derivatives. */
    record Scalar(DoubleUnaryOperator f, DoubleUnaryOperator slope, DoubleUnaryOperator bend)
            implements CurvedFunction {

        @Override
        public int size() {
            return 1;
        }

        @Override
        public double value(double[] point) {
            return f.applyAsDouble(point[0]);
        }

        @Override
        public double value(double[] point, double[] gradient) {
            gradient[0] = slope.applyAsDouble(point[0]);
            return value(point);
        }

        @Override
        public double value(double[] point, double[] gradient, double[] curvature) {
            curvature[0] = bend.applyAsDouble(point[0]);
            return value(point, gradient);
        }
    }

    /** {@code log(1 + exp(-z))}, the loss of equation (4), with a share of the loss of the other class. */
    static Scalar logistic(double otherClass) {
        return new Scalar(
                z -> Math.log1p(Math.exp(-Math.abs(z)))
                        + Math.max(0, -z)
                        + otherClass * (Math.log1p(Math.exp(-Math.abs(z))) + Math.max(0, z)),
                z -> -sigmoid(-z) + otherClass * sigmoid(z),
                z -> (1 + otherClass) * sigmoid(z) * sigmoid(-z));
    }

    static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }
}
