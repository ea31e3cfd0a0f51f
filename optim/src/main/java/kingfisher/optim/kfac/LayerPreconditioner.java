package kingfisher.optim.kfac;

import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Decomposition;

/** Products with the damped inverse of a layer's A [M × M] ⊗ S [N × N], on the backend. */
sealed interface LayerPreconditioner permits EigenPreconditioner, InversePreconditioner {

    /**
     * Decomposes factors on the host; touches nothing that products use, so that it may run beside them.
     *
     * @param left A, row-major
     * @param right S, row-major
     * @param damping λ
     * @return what {@link #load} takes
     */
    Decomposition<double[][]> decompose(double[] left, double[] right, double damping);

    /** Lengths of the arrays that make up a decomposition. */
    int[] lengths();

    /** Makes a decomposition count. */
    void load(double[][] decomposition);

    /**
     * {@code result = (A ⊗ S + damping)⁻¹ gradient}, as matrices [M × N].
     *
     * @param damping λ, where it is not part of the decomposition
     * @param result overwritten
     */
    void apply(Matrix gradient, double damping, Matrix result);
}
