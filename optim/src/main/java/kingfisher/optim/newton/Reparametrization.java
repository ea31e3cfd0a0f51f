package kingfisher.optim.newton;

import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.SymmetricEigen;
import kingfisher.optim.linear.SymmetricMatrices;

/**
 * Other coordinates w̃ for a vector, {@code w = Rw̃ + b}, and what a function J(w) is in them (Grosse, "Second-Order
 * Optimization", equations 7 to 9):
 *
 * <pre>
 *   J̃(w̃) = J(Rw̃ + b)        ∇J̃ = Rᵀ∇J        H̃ = RᵀHR
 * </pre>
 *
 * <p>Gradient descent on J̃ is descent on J with the preconditioner RRᵀ. Immutable.
 */
public final class Reparametrization {

    private final int size;
    private final double[] matrix; // R
    private final double[] offset; // b

    /**
     * Copies R and b.
     *
     * @param matrix R [n × n], row-major
     * @param offset b [n]
     * @throws IllegalArgumentException if the sizes do not fit
     */
    public Reparametrization(double[] matrix, double[] offset) {
        this.size = offset.length;
        requireSize("matrix", size * size, matrix.length);
        this.matrix = matrix.clone();
        this.offset = offset.clone();
    }

    /**
     * Returns the coordinates in which a quadratic cost with the Hessian C, were it damped, had the Hessian I:
     * {@code R = (C + ηI)^-½}, symmetric, and b = 0. There C itself has the eigenvalues {@code ν / (ν + η)}.
     *
     * @param matrix C [n × n], symmetric; not modified
     * @param damping η
     * @return them, or that C is not finite, or {@code C + ηI} not positive definite
     * @throws IllegalArgumentException if the matrix has not size² elements
     */
    public static Decomposition<Reparametrization> whitening(int size, double[] matrix, double damping) {
        Decomposition<SymmetricEigen> found = SymmetricMatrices.eigen(size, matrix);
        if (found instanceof Failed<SymmetricEigen> failed) {
            return new Failed<>(failed.reason());
        }
        double[] values = found.orElseThrow().values();
        double[] vectors = found.orElseThrow().vectors();
        if (!(values[0] + damping > 0)) {
            return new Failed<>(Reason.NOT_POSITIVE_DEFINITE);
        }
        double[] root = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                double sum = 0;
                for (int k = 0; k < size; k++) {
                    sum += vectors[i * size + k] * vectors[j * size + k] / Math.sqrt(values[k] + damping);
                }
                root[i * size + j] = sum;
            }
        }
        return new Found<>(new Reparametrization(root, new double[size]), 0);
    }

    /** Number n of variables. */
    public int size() {
        return size;
    }

    /**
     * {@code point = R · coordinates + b}.
     *
     * @param coordinates w̃ [n], not modified
     * @param point w [n], overwritten; another array
     */
    public void toPoint(double[] coordinates, double[] point) {
        for (int i = 0; i < size; i++) {
            double sum = offset[i];
            for (int j = 0; j < size; j++) {
                sum += matrix[i * size + j] * coordinates[j];
            }
            point[i] = sum;
        }
    }

    /**
     * {@code transformed = Rᵀ · gradient}, the gradient in the coordinates.
     *
     * @param gradient ∇J [n], not modified
     * @param transformed ∇J̃ [n], overwritten; another array
     */
    public void toCoordinateGradient(double[] gradient, double[] transformed) {
        for (int j = 0; j < size; j++) {
            double sum = 0;
            for (int i = 0; i < size; i++) {
                sum += matrix[i * size + j] * gradient[i];
            }
            transformed[j] = sum;
        }
    }

    /** Returns RRᵀ, by which gradient descent in the coordinates multiplies the gradient of J: equation (8). */
    public DenseOperator preconditioner() {
        double[] product = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                for (int k = 0; k < size; k++) {
                    product[i * size + j] += matrix[i * size + k] * matrix[j * size + k];
                }
            }
        }
        return new DenseOperator(size, product);
    }

    /**
     * Returns RᵀHR, the curvature in the coordinates: equation (9).
     *
     * @param hessian H [n × n]; not modified
     * @throws IllegalArgumentException if it has not n² elements
     */
    public DenseOperator curvature(double[] hessian) {
        requireSize("hessian", size * size, hessian.length);
        double[] half = new double[size * size]; // HR
        double[] whole = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                for (int k = 0; k < size; k++) {
                    half[i * size + j] += hessian[i * size + k] * matrix[k * size + j];
                }
            }
        }
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                for (int k = 0; k < size; k++) {
                    whole[i * size + j] += matrix[k * size + i] * half[k * size + j];
                }
            }
        }
        return new DenseOperator(size, whole);
    }

    /**
     * Returns J̃, the function in the coordinates; it holds scratch, so it is for one thread at a time.
     *
     * @throws IllegalArgumentException if the function is of another size
     */
    public SmoothFunction function(SmoothFunction original) {
        requireSize("function", size, original.size());
        double[] point = new double[size];
        double[] originalGradient = new double[size];
        return new SmoothFunction() {
            @Override
            public int size() {
                return size;
            }

            @Override
            public double value(double[] coordinates) {
                toPoint(coordinates, point);
                return original.value(point);
            }

            @Override
            public double value(double[] coordinates, double[] gradient) {
                toPoint(coordinates, point);
                double value = original.value(point, originalGradient);
                toCoordinateGradient(originalGradient, gradient);
                return value;
            }
        };
    }

    private static void requireSize(String name, int expected, int found) {
        if (found != expected) {
            throw new IllegalArgumentException("%s: expected size %d, found %d".formatted(name, expected, found));
        }
    }
}
