package kingfisher.optim.kfac;

import java.util.Map;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.linear.DiagonalOperator;
import kingfisher.optim.network.DenseLayer;
import org.jspecify.annotations.Nullable;

/** The diagonal of a layer's Fisher matrix: the mean squares {@code E[ā_i² Ds_j²]} of its pseudo-gradients. */
final class DiagonalStatistics implements LayerStatistics {

    private final GradientSquares squares;

    DiagonalStatistics(Backend backend, DenseLayer layer) {
        this.squares = new GradientSquares(backend, layer.inputs(), layer.outputs(), null, null);
    }

    /** {@inheritDoc} That is nothing. */
    @Override
    public void takeInputs(LayerBatch batch) {}

    @Override
    public void takeCotangents(LayerBatch batch) {
        squares.take(batch);
    }

    @Override
    public @Nullable String defect() {
        return squares.isFinite() ? null : "squared pseudo-gradients";
    }

    @Override
    public void blend(double share) {
        squares.blend(share);
    }

    @Override
    public int[] lengths() {
        return new int[] {squares.average().size()};
    }

    @Override
    public void numbersInto(double[][] numbers) {
        squares.numbersInto(numbers[0]);
    }

    @Override
    public DiagonalOperator curvature() {
        return new DiagonalOperator(squares.numbers());
    }

    @Override
    public void save(String prefix, Map<String, double[]> state) {
        state.put(prefix + "diagonal", squares.numbers());
    }

    @Override
    public Runnable restoring(String prefix, SavedState state) {
        double[] diagonal = state.array(prefix + "diagonal", squares.average().size());
        return () -> squares.restore(diagonal);
    }
}
