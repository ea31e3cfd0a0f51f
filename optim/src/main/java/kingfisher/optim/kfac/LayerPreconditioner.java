package kingfisher.optim.kfac;

import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Decomposition;

/** Products with the damped inverse of a layer's curvature, on the backend. */
sealed interface LayerPreconditioner
        permits BasisPreconditioner, InversePreconditioner, ConditionalPreconditioner, DiagonalPreconditioner {

    /**
     * Decomposes factors on the host; touches nothing that products use, so that it may run beside them.
     *
     * @param factors A and S, row-major or as diagonals; those of the next layer and of both behind them; or a diagonal
     * @param damping λ
     * @param into arrays of {@link #lengths}, in which what is found may be returned; undefined otherwise
     * @return what {@link #load} takes
     */
    Decomposition<double[][]> decompose(double[][] factors, double damping, double[][] into);

    /** Lengths of the arrays that make up a decomposition. */
    int[] lengths();

    /** Makes a decomposition count. */
    void load(double[][] decomposition);

    /**
     * {@code result = (curvature + damping)⁻¹ gradient}, as matrices [M × N].
     *
     * @param damping λ, where it is not part of the decomposition
     * @param result overwritten
     */
    void apply(Matrix gradient, double damping, Matrix result);

    /** Into how many parts a product may be cut for several threads; depends on nothing but the shape. */
    default int parts() {
        return 1;
    }

    /** Whether {@link #finishPart} comes after {@link #applyPart}; depends on nothing but the shape. */
    default boolean hasSecondRound() {
        return false;
    }

    /**
     * Computes a part of what {@link #apply} does, beside the other parts.
     *
     * @param part from 0 to {@link #parts} − 1
     * @param result shares no memory with {@code gradient} where there are several parts; the part's rows are overwritten,
     *     if there is no second round
     */
    default void applyPart(int part, Matrix gradient, double damping, Matrix result) {
        apply(gradient, damping, result);
    }

    /**
     * Computes the part's rows of a result from what all parts have computed before.
     *
     * @param result the part's rows are overwritten
     */
    default void finishPart(int part, Matrix result) {}
}
