package kingfisher.optim.linear;

import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;

/**
 * What is left of a layer's curvature once the next layer's gradient is known: with pseudo-gradients V of this layer and W of
 * the next one jointly Gaussian, with covariances {@code A ⊗ S} and {@code A' ⊗ S'} and {@code H ⊗ T} between them,
 *
 * <pre>
 *   E[V | W] = Ψ W        Ψ = (H A'⁻¹) ⊗ (T S'⁻¹)
 *   cov[V | W] = A ⊗ S - (H A'⁻¹ Hᵀ) ⊗ (T S'⁻¹ Tᵀ)
 * </pre>
 *
 * <p>(Martens and Grosse 2015, section 4.3). All covariances are damped ones; those between layers have no damping.
 */
public final class ConditionalKronecker {

    private final double[] leftCoefficients;
    private final double[] rightCoefficients;
    private final KroneckerDifferenceInverse inverse;

    private ConditionalKronecker(
            double[] leftCoefficients, double[] rightCoefficients, KroneckerDifferenceInverse inverse) {
        this.leftCoefficients = leftCoefficients;
        this.rightCoefficients = rightCoefficients;
        this.inverse = inverse;
    }

    /**
     * Conditions one layer on the next.
     *
     * @param own A [M × M] ⊗ S [N × N], without damping
     * @param next A' [M' × M'] ⊗ S' [N' × N'], without damping
     * @param leftLag H, row-major [M × M']
     * @param rightLag T, row-major [N × N']
     * @param damping λ, split between the factors of each layer by {@link FactoredDamping}
     * @param floor see {@link KroneckerDifferenceInverse#of}
     * @return what is left, or why a matrix on the way has no inverse
     */
    public static Decomposition<ConditionalKronecker> of(
            KroneckerOperator own,
            KroneckerOperator next,
            double[] leftLag,
            double[] rightLag,
            double damping,
            double floor) {
        FactoredDamping nextDamping = FactoredDamping.split(damping, next);
        Decomposition<Side> left = Side.of(own.left().size(), leftLag, next.left(), nextDamping.left());
        if (left instanceof Failed<Side> failed) {
            return new Failed<>(failed.reason());
        }
        Decomposition<Side> right = Side.of(own.right().size(), rightLag, next.right(), nextDamping.right());
        if (right instanceof Failed<Side> failed) {
            return new Failed<>(failed.reason());
        }
        FactoredDamping ownDamping = FactoredDamping.split(damping, own);
        Decomposition<KroneckerDifferenceInverse> inverse = KroneckerDifferenceInverse.of(
                new KroneckerOperator(damped(own.left(), ownDamping.left()), damped(own.right(), ownDamping.right())),
                new KroneckerOperator(left.orElseThrow().explained, right.orElseThrow().explained),
                floor);
        if (inverse instanceof Failed<KroneckerDifferenceInverse> failed) {
            return new Failed<>(failed.reason());
        }
        return new Found<>(
                new ConditionalKronecker(
                        left.orElseThrow().coefficients, right.orElseThrow().coefficients, inverse.orElseThrow()),
                0);
    }

    private static DenseOperator damped(DenseOperator factor, double damping) {
        double[] matrix = factor.toDense();
        for (int i = 0; i < factor.size(); i++) {
            matrix[i * factor.size() + i] += damping;
        }
        return new DenseOperator(factor.size(), matrix);
    }

    /** Inputs' or outputs' part: {@code H A'⁻¹} and {@code H A'⁻¹ Hᵀ}. */
    private static final class Side {

        private final double[] coefficients;
        private final DenseOperator explained;

        private Side(double[] coefficients, DenseOperator explained) {
            this.coefficients = coefficients;
            this.explained = explained;
        }

        static Decomposition<Side> of(int size, double[] lag, DenseOperator next, double damping) {
            int nextSize = next.size();
            Shape.requireMatrix("lag", size, nextSize, lag);
            Decomposition<Cholesky> factor =
                    SymmetricMatrices.cholesky(nextSize, damped(next, damping).shared());
            if (factor instanceof Failed<Cholesky> failed) {
                return new Failed<>(failed.reason());
            }
            Routines routines = Routines.best();
            double[] coefficients = new double[size * nextSize];
            double[] explained = new double[size * size];
            routines.multiply(
                    size, nextSize, nextSize, lag, false, factor.orElseThrow().inverse(), false, coefficients);
            routines.multiply(size, nextSize, size, coefficients, false, lag, true, explained);
            return new Found<>(new Side(coefficients, new DenseOperator(size, explained)), 0);
        }
    }

    /** Returns a copy of {@code H A'⁻¹}, row-major [M × M']. */
    public double[] leftCoefficients() {
        return leftCoefficients.clone();
    }

    /** Returns a copy of {@code T S'⁻¹}, row-major [N × N']. */
    public double[] rightCoefficients() {
        return rightCoefficients.clone();
    }

    /** {@code cov[V | W]⁻¹}. */
    public KroneckerDifferenceInverse inverse() {
        return inverse;
    }
}
