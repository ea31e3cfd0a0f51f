package kingfisher.optim.kfac;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.kfac.CoveredParameters.Curvature;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.KroneckerOperator;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.LayerTrace;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/**
 * The block {@code A ⊗ S} of a dense layer, equation (22): {@code A = E[ā āᵀ]} of its inputs with a 1 behind them, and
 * {@code S = E[Ds Dsᵀ]} of the cotangents of its pre-activations, both moving averages (25).
 *
 * <p>A is kept as {@code E[a aᵀ]} and {@code E[a]}, so that no batch needs a column of ones.
 */
final class LayerBlock implements CurvatureBlock {

    private final Backend backend;
    private final String name;
    private final int inputs;
    private final int outputs;
    private final int offset;
    private final Matrix inputMoment;
    private final Matrix inputMean;
    private final Matrix cotangentMoment;
    private final Matrix batchInputMoment;
    private final Matrix batchInputMean;
    private final Matrix batchCotangentMoment;
    private final AverageWeight weight;
    private final LayerPreconditioner preconditioner;
    private final HomogeneousView gradientView;
    private final HomogeneousView resultView;
    private double @Nullable [][] decomposition;

    LayerBlock(Backend backend, LayerTrace trace, KroneckerSettings settings) {
        DenseLayer layer = trace.layer();
        this.backend = backend;
        this.name = layer.name();
        this.inputs = layer.inputs();
        this.outputs = layer.outputs();
        this.offset = trace.parameterOffset();
        this.inputMoment = backend.allocate(inputs, inputs);
        this.inputMean = backend.allocate(1, inputs);
        this.cotangentMoment = backend.allocate(outputs, outputs);
        this.batchInputMoment = backend.allocate(inputs, inputs);
        this.batchInputMean = backend.allocate(1, inputs);
        this.batchCotangentMoment = backend.allocate(outputs, outputs);
        this.weight = new AverageWeight(settings.factorDecay());
        this.preconditioner = switch (settings.dampingForm()) {
            case EXACT -> new EigenPreconditioner(backend, inputs + 1, outputs);
            case FACTORED -> new InversePreconditioner(backend, inputs + 1, outputs);
        };
        this.gradientView = new HomogeneousView(offset, inputs + 1, outputs);
        this.resultView = new HomogeneousView(offset, inputs + 1, outputs);
    }

    @Override
    public CoveredParameters covered() {
        return new CoveredParameters(name, offset, (inputs + 1) * outputs, Curvature.KRONECKER);
    }

    @Override
    public KroneckerOperator curvature() {
        if (weight.isEmpty()) {
            throw new IllegalStateException("layer " + name + " has no factors yet");
        }
        return new KroneckerOperator(
                new DenseOperator(inputs + 1, inputFactor()), new DenseOperator(outputs, cotangentFactor()));
    }

    @Override
    public void precondition(ParameterVector gradient, double damping, ParameterVector result) {
        requireDecomposition();
        preconditioner.apply(gradientView.of(gradient), damping, resultView.of(result));
    }

    void requireDecomposition() {
        if (decomposition == null) {
            throw new IllegalStateException("layer " + name + " has no decomposition yet");
        }
    }

    String name() {
        return name;
    }

    /** Returns a task for each layer, those of the largest layers first, so that none is left to the end. */
    static Runnable[] largestFirst(List<LayerBlock> layers, IntConsumer task) {
        return IntStream.range(0, layers.size())
                .boxed()
                .sorted(Comparator.comparingDouble(l -> -layers.get(l).work()))
                .map(l -> (Runnable) () -> task.accept(l))
                .toArray(Runnable[]::new);
    }

    /** Roughly proportional to the time of a decomposition. */
    private double work() {
        return Math.pow(inputs + 1, 3) + Math.pow(outputs, 3);
    }

    /** Takes the inputs of a batch: {@code scale · Σ_b a_b a_bᵀ}. */
    void takeInputs(Matrix batch, double scale) {
        backend.covariance(scale, batch, 0, batchInputMoment);
        backend.sumRows(batch, batchInputMean);
        backend.scale(scale, batchInputMean);
    }

    /**
     * Takes the inputs of a batch whose rows have weights ω.
     *
     * @param weighted rows {@code √ω_b a_b}
     * @param roots √ω [1 × B]
     */
    void takeWeightedInputs(Matrix weighted, Matrix roots, double scale) {
        backend.covariance(scale, weighted, 0, batchInputMoment);
        backend.multiply(scale, roots, false, weighted, false, 0, batchInputMean);
    }

    /** Takes cotangents of the same batch, {@code scale · Σ_b Ds_b Ds_bᵀ}; those of several passes add up. */
    void takeCotangents(Matrix batch, double scale, boolean firstPass) {
        backend.covariance(scale, batch, firstPass ? 0 : 1, batchCotangentMoment);
    }

    /** Which of the batch's factors is not finite, or null. */
    @Nullable
    String defect() {
        // a sum of squares is finite only if every element is
        if (!Double.isFinite(backend.dot(batchInputMoment, batchInputMoment))
                || !Double.isFinite(backend.dot(batchInputMean, batchInputMean))) {
            return "the inputs of layer %s are not finite".formatted(name);
        }
        if (!Double.isFinite(backend.dot(batchCotangentMoment, batchCotangentMoment))) {
            return "the pre-activation gradients of layer %s are not finite".formatted(name);
        }
        return null;
    }

    /** Moves the averages towards the batch. */
    void average() {
        blend(weight.next());
    }

    /** Takes the batch into the initial estimate. */
    void averageInitial(double rows) {
        blend(weight.initial(rows));
    }

    private void blend(double share) {
        blend(share, batchInputMoment, inputMoment);
        blend(share, batchInputMean, inputMean);
        blend(share, batchCotangentMoment, cotangentMoment);
    }

    private void blend(double share, Matrix batch, Matrix average) {
        backend.scale(1 - share, average);
        backend.addScaled(share, batch, average);
    }

    /** Returns copies of A and S, row-major. */
    double[][] factors() {
        return new double[][] {inputFactor(), cotangentFactor()};
    }

    /** Decomposes what {@link #factors} has returned; touches nothing else, so that it may run beside everything. */
    Decomposition<double[][]> decompose(double[][] factors, double damping) {
        return preconditioner.decompose(factors[0], factors[1], damping);
    }

    /** Makes a decomposition count. */
    void load(double[][] parts) {
        decomposition = parts;
        preconditioner.load(parts);
    }

    /** Lengths of the arrays that make up a decomposition. */
    int[] decompositionLengths() {
        return preconditioner.lengths();
    }

    boolean hasDecomposition() {
        return decomposition != null;
    }

    boolean isEmpty() {
        return weight.isEmpty();
    }

    private double[] inputFactor() {
        int size = inputs + 1;
        double[] factor = new double[size * size];
        backend.download(inputMoment, factor, 0, size);
        backend.download(inputMean, factor, inputs * size, size);
        for (int i = 0; i < inputs; i++) {
            factor[i * size + inputs] = factor[inputs * size + i];
        }
        factor[size * size - 1] = 1;
        return factor;
    }

    private double[] cotangentFactor() {
        double[] factor = new double[outputs * outputs];
        backend.download(cotangentMoment, factor);
        return factor;
    }

    void save(Map<String, double[]> state) {
        state.put(key("weight"), weight.state());
        state.put(key("input-factor"), inputFactor());
        state.put(key("cotangent-factor"), cotangentFactor());
        if (decomposition != null) {
            for (int i = 0; i < decomposition.length; i++) {
                state.put(key("decomposition-" + i), decomposition[i].clone());
            }
        }
    }

    /**
     * Reads what was saved, and returns what makes it count.
     *
     * @param begun whether there must be a decomposition
     */
    Runnable restoring(SavedState state, boolean begun) {
        double[] left = state.array(key("input-factor"), (inputs + 1) * (inputs + 1));
        double[] right = state.array(key("cotangent-factor"), outputs * outputs);
        double[] average = state.array(key("weight"), 2);
        double[][] parts = begun || state.has(key("decomposition-0"))
                ? state.arrays(key("decomposition-"), decompositionLengths())
                : null;
        return () -> {
            weight.restore(average);
            backend.upload(left, 0, inputs + 1, inputMoment);
            backend.upload(left, inputs * (inputs + 1), inputs + 1, inputMean);
            backend.upload(right, cotangentMoment);
            decomposition = null;
            if (parts != null) {
                load(parts);
            }
        };
    }

    private String key(String part) {
        return "layer " + name + " " + part;
    }
}
