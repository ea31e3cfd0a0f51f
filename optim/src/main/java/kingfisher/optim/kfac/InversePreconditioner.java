package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.Decomposition.Found;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.FactoredDamping;
import kingfisher.optim.linear.FactoredInverse;
import kingfisher.optim.linear.KroneckerOperator;

/** {@code (A + π√λ I)⁻¹ V (S + √λ/π I)⁻¹}, equation (24), with the λ of the decomposition. */
final class InversePreconditioner implements LayerPreconditioner {

    private final Backend backend;
    private final Matrix left;
    private final Matrix right;
    private final Matrix scratch;

    InversePreconditioner(Backend backend, int rows, int columns) {
        this.backend = backend;
        this.left = backend.allocate(rows, rows);
        this.right = backend.allocate(columns, columns);
        this.scratch = backend.allocate(rows, columns);
    }

    @Override
    public Decomposition<double[][]> decompose(double[] leftFactor, double[] rightFactor, double damping) {
        KroneckerOperator curvature = new KroneckerOperator(
                new DenseOperator(left.rows(), leftFactor), new DenseOperator(right.rows(), rightFactor));
        Decomposition<FactoredInverse> inverse =
                FactoredInverse.of(curvature, FactoredDamping.split(damping, curvature));
        if (inverse instanceof Failed<FactoredInverse> failed) {
            return new Failed<>(failed.reason());
        }
        Found<FactoredInverse> found = (Found<FactoredInverse>) inverse;
        KroneckerOperator inverses = found.value().factors();
        return new Found<>(
                new double[][] {inverses.left().toDense(), inverses.right().toDense()}, found.jitter());
    }

    @Override
    public int[] lengths() {
        return new int[] {left.size(), right.size()};
    }

    @Override
    public void load(double[][] decomposition) {
        backend.upload(decomposition[0], left);
        backend.upload(decomposition[1], right);
    }

    /** {@inheritDoc} The λ of the decomposition counts, not {@code damping}. */
    @Override
    public void apply(Matrix gradient, double damping, Matrix result) {
        backend.multiply(1, left, false, gradient, false, 0, scratch);
        backend.multiply(1, scratch, false, right, false, 0, result);
    }
}
