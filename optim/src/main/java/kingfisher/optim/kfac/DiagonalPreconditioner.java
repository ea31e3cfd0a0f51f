package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.Decomposition.Reason;
import kingfisher.optim.linear.Vectors;

/** {@code V ⊘ (d + λ)} with the diagonal d of a layer's Fisher matrix and the λ of each product. */
final class DiagonalPreconditioner implements LayerPreconditioner {

    private final Backend backend;
    private final Matrix diagonal;
    private final Matrix scratch;

    DiagonalPreconditioner(Backend backend, int rows, int columns) {
        this.backend = backend;
        this.diagonal = backend.allocate(rows, columns);
        this.scratch = backend.allocate(rows, columns);
    }

    @Override
    public Decomposition<double[][]> decompose(double[][] factors, double damping, double[][] into) {
        System.arraycopy(factors[0], 0, into[0], 0, into[0].length);
        return Vectors.isFinite(into[0]) ? new Found<>(into, 0) : new Failed<>(Reason.NOT_FINITE);
    }

    @Override
    public int[] lengths() {
        return new int[] {diagonal.size()};
    }

    @Override
    public void load(double[][] decomposition) {
        backend.upload(decomposition[0], diagonal);
    }

    @Override
    public void apply(Matrix gradient, double damping, Matrix result) {
        backend.copy(gradient, scratch);
        backend.divideShifted(diagonal, damping, scratch);
        backend.copy(scratch, result);
    }
}
