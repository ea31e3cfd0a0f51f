package kingfisher.optim.kfac;

import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;

/** {@code Q_A ((Q_Aᵀ V Q_S) ⊘ (d_A d_Sᵀ + λ)) Q_Sᵀ}, equation (23), with the λ of each product. */
final class EigenPreconditioner extends BasisPreconditioner {

    private final Matrix leftValues;
    private final Matrix rightValues;
    private final List<Matrix> leftParts; // views of the values that belong to parts' rows

    EigenPreconditioner(Backend backend, int rows, int columns, boolean leftDiagonal, boolean rightDiagonal) {
        super(backend, rows, columns, leftDiagonal, rightDiagonal);
        this.leftValues = backend.allocate(1, rows);
        this.rightValues = backend.allocate(1, columns);
        this.leftParts = basis.rowParts().stream()
                .map(part -> leftValues.reshaped(part.first(), 1, part.count()))
                .toList();
    }

    @Override
    public void load(double[][] decomposition) {
        super.load(decomposition);
        backend.upload(decomposition[0], leftValues);
        backend.upload(decomposition[2], rightValues);
    }

    @Override
    void divide(int part, double damping, Matrix rotated) {
        Matrix left = part == KroneckerBasis.WHOLE ? leftValues : leftParts.get(part);
        backend.divideDamped(left, rightValues, damping, rotated);
    }
}
