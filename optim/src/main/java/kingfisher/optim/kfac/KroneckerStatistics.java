package kingfisher.optim.kfac;

import java.util.Map;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.linear.KroneckerOperator;
import kingfisher.optim.network.DenseLayer;
import org.jspecify.annotations.Nullable;

/**
 * {@code A = E[ā āᵀ]} of a layer's inputs with a 1 behind them, and {@code S = E[Ds Dsᵀ]} of the cotangents of its
 * pre-activations; either may be its diagonal only.
 */
final class KroneckerStatistics implements LayerStatistics {

    private final FactorAverage inputs;
    private final FactorAverage cotangents;

    KroneckerStatistics(Backend backend, DenseLayer layer, boolean leftDiagonal, boolean rightDiagonal) {
        this.inputs = new FactorAverage(backend, layer.inputs(), true, leftDiagonal);
        this.cotangents = new FactorAverage(backend, layer.outputs(), false, rightDiagonal);
    }

    /** A. */
    FactorAverage inputs() {
        return inputs;
    }

    @Override
    public void takeInputs(LayerBatch batch) {
        inputs.take(batch.inputs(), batch.roots(), batch.scale(), false);
    }

    @Override
    public void takeCotangents(LayerBatch batch) {
        cotangents.take(batch.cotangents(), null, batch.scale(), !batch.isFirstPass());
    }

    @Override
    public @Nullable String defect() {
        if (!inputs.isFinite()) {
            return "inputs";
        }
        return cotangents.isFinite() ? null : "pre-activation gradients";
    }

    @Override
    public void blend(double share) {
        inputs.blend(share);
        cotangents.blend(share);
    }

    @Override
    public int[] lengths() {
        return new int[] {inputs.length(), cotangents.length()};
    }

    @Override
    public void numbersInto(double[][] numbers) {
        inputs.numbersInto(numbers[0]);
        cotangents.numbersInto(numbers[1]);
    }

    @Override
    public KroneckerOperator curvature() {
        return new KroneckerOperator(inputs.operator(), cotangents.operator());
    }

    @Override
    public void save(String prefix, Map<String, double[]> state) {
        state.put(prefix + "input-factor", inputs.numbers());
        state.put(prefix + "cotangent-factor", cotangents.numbers());
    }

    @Override
    public Runnable restoring(String prefix, SavedState state) {
        double[] left = state.array(prefix + "input-factor", inputs.length());
        double[] right = state.array(prefix + "cotangent-factor", cotangents.length());
        return () -> {
            inputs.restore(left);
            cotangents.restore(right);
        };
    }
}
