package kingfisher.optim.newton;

import java.util.Arrays;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.SymmetricEigen;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.linear.Vectors;

/**
 * The quadratic approximation of a cost around a point w₀ (Grosse, "Second-Order Optimization", equations 1 to 5),
 *
 * <pre>
 *   J(w₀ + Δ) ≈ J(w₀) + ∇ᵀΔ + ½ ΔᵀCΔ        ∇J(w₀ + Δ) ≈ ∇ + CΔ
 * </pre>
 *
 * <p>with the Hessian or the Gauss-Newton matrix C, written out. The matrix is decomposed once; damping may then change
 * without further work. Immutable, but for scratch: for one thread at a time.
 */
public final class QuadraticApproximation {

    private final int size;
    private final double[] gradient;
    private final DenseOperator matrix;
    private final double[] values; // ascending
    private final double[] vectors; // column i belongs to value i
    private final double[] product;

    private QuadraticApproximation(double[] gradient, double[] matrix, SymmetricEigen eigen) {
        this.size = gradient.length;
        this.gradient = gradient.clone();
        this.matrix = new DenseOperator(size, matrix);
        this.values = eigen.values();
        this.vectors = eigen.vectors();
        this.product = new double[size];
    }

    /**
     * Decomposes the matrix.
     *
     * @param gradient ∇ [n], copied
     * @param matrix C [n × n], symmetric; copied
     * @return the approximation, or that the matrix is not finite or has no decomposition
     * @throws IllegalArgumentException if the sizes do not fit
     */
    public static Decomposition<QuadraticApproximation> of(double[] gradient, double[] matrix) {
        Decomposition<SymmetricEigen> eigen = SymmetricMatrices.eigen(gradient.length, matrix);
        return eigen instanceof Failed<SymmetricEigen> failed
                ? new Failed<>(failed.reason())
                : new Found<>(new QuadraticApproximation(gradient, matrix, eigen.orElseThrow()), 0);
    }

    /** Number n of variables. */
    public int size() {
        return size;
    }

    /** Returns a copy of the eigenvalues ν of C in ascending order [n]. */
    public double[] eigenvalues() {
        return values.clone();
    }

    /**
     * Whether {@code C + ηI} is positive definite, so that {@link #solve} finds a minimum.
     *
     * @param damping η
     */
    public boolean isConvex(double damping) {
        return values[0] + damping > 0;
    }

    /**
     * Returns the change of the cost that is predicted, equation (1).
     *
     * @param step Δ [n], not modified
     */
    public double change(double[] step) {
        matrix.apply(step, product);
        return Vectors.dot(gradient, step) + 0.5 * Vectors.dot(step, product);
    }

    /**
     * Computes the gradient that is predicted, equation (2).
     *
     * @param step Δ [n], not modified
     * @param predicted [n], overwritten; another array than {@code step}
     */
    public void gradient(double[] step, double[] predicted) {
        matrix.apply(step, predicted);
        Vectors.addScaled(1, gradient, predicted);
    }

    /**
     * Computes the step {@code Δ = -(C + ηI)⁻¹∇}, equation (5), and with η = 0 Newton's, equation (3). It is the only
     * stationary point of {@code ∇ᵀΔ + ½ Δᵀ(C + ηI)Δ}: a minimum, or where {@code C + ηI} is indefinite a saddle.
     *
     * @param damping η, at least 0
     * @param step [n], overwritten
     * @return false, with the step 0, if {@code C + ηI} is singular but for rounding
     */
    public boolean solve(double damping, double[] step) {
        double largest = Math.max(Math.abs(values[0]), Math.abs(values[size - 1])) + damping;
        for (int k = 0; k < size; k++) {
            if (!(Math.abs(values[k] + damping) > size * Math.ulp(largest))) {
                Arrays.fill(step, 0);
                return false;
            }
        }
        for (int k = 0; k < size; k++) {
            double sum = 0;
            for (int i = 0; i < size; i++) {
                sum += vectors[i * size + k] * gradient[i];
            }
            product[k] = -sum / (values[k] + damping);
        }
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int k = 0; k < size; k++) {
                sum += vectors[i * size + k] * product[k];
            }
            step[i] = sum;
        }
        return true;
    }
}
