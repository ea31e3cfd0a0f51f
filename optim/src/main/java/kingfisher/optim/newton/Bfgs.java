package kingfisher.optim.newton;

import java.util.Arrays;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.Vectors;

/**
 * The method of Broyden, Fletcher, Goldfarb and Shanno, with a dense approximation W of the inverse Hessian (Nocedal and
 * Wright 2006, equation 6.17), so for some thousand variables at most:
 *
 * <pre>
 *   p = -W∇        W ← (I - ρsyᵀ) W (I - ρysᵀ) + ρssᵀ        ρ = 1 / yᵀs
 * </pre>
 *
 * <p>At first W is the identity, and before the first step counts {@code (yᵀs / yᵀy) I}. A step along which the gradient
 * does not grow teaches nothing, so that W stays positive definite.
 */
public final class Bfgs implements SearchRule {

    private final int size;
    private final double[] inverse;
    private final double[] product;
    private boolean learned;

    /** Makes the memory for vectors of this size. */
    public Bfgs(int size) {
        this.size = size;
        this.inverse = new double[size * size];
        this.product = new double[size];
        restart();
    }

    /** Returns a copy of W. */
    public DenseOperator inverse() {
        return new DenseOperator(size, inverse);
    }

    @Override
    public void restart() {
        learned = false;
        setIdentity(1);
    }

    private void setIdentity(double scale) {
        Arrays.fill(inverse, 0);
        for (int i = 0; i < size; i++) {
            inverse[i * size + i] = scale;
        }
    }

    @Override
    public void choose(double[] gradient, double[] direction) {
        multiply(gradient, direction);
        for (int i = 0; i < size; i++) {
            direction[i] = -direction[i];
        }
    }

    private void multiply(double[] vector, double[] result) {
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int j = 0; j < size; j++) {
                sum += inverse[i * size + j] * vector[j];
            }
            result[i] = sum;
        }
    }

    /* Multiplied out, W + ((ρ + ρ² yᵀWy) s - ρWy) sᵀ - ρ s (Wy)ᵀ. */
    @Override
    public void learn(double[] step, double[] change) {
        double curvature = Vectors.dot(step, change);
        if (!Curvature.isPositive(curvature, step, change)) {
            return;
        }
        if (!learned) {
            setIdentity(curvature / Vectors.dot(change, change));
            learned = true;
        }
        double rho = 1 / curvature;
        multiply(change, product);
        double factor = rho + rho * rho * Vectors.dot(change, product);
        for (int i = 0; i < size; i++) {
            double left = factor * step[i] - rho * product[i];
            double right = rho * step[i];
            for (int j = 0; j < size; j++) {
                inverse[i * size + j] += left * step[j] - right * product[j];
            }
        }
    }

    @Override
    public boolean isScaled() {
        return learned;
    }
}
