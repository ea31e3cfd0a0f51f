package kingfisher.optim.kfac;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.ObjIntConsumer;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.kfac.CoveredParameters.Curvature;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.LayerTrace;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/**
 * The curvature of a dense layer: moving averages (25) and the decomposition that is made of them. By default it is
 * {@code A ⊗ S}, equation (22).
 *
 * <p>In a block-tridiagonal curvature a layer with a next one also has what both have in common, and the inverse is applied
 * in two parts: {@link #condition} in every layer, then {@link #precondition(ParameterVector)}.
 */
final class LayerBlock implements CurvatureBlock {

    private final String name;
    private final int inputs;
    private final int outputs;
    private final int offset;
    private final Curvature kind;
    private final LayerStatistics statistics;
    private final AverageWeight weight;
    private final LayerPreconditioner preconditioner;
    private final HomogeneousView gradientView;
    private final HomogeneousView resultView;
    private final @Nullable LayerBlock next;
    private final @Nullable LagAverage lag; // what this layer and the next one have in common
    private @Nullable LayerBlock previous;
    private @Nullable Matrix conditioned; // in a chain: the layer's part of ΛΞ gradient
    private final Backend backend;
    private double @Nullable [][] decomposition;
    private double @Nullable [][] spare; // arrays for the next one
    private double @Nullable [][] numbers; // the averages when they are decomposed

    /**
     * Allocates the averages of a layer.
     *
     * @param next the layer behind it in a chain of a block-tridiagonal curvature, or null
     */
    LayerBlock(Backend backend, LayerTrace trace, KroneckerSettings settings, @Nullable LayerBlock next) {
        DenseLayer layer = trace.layer();
        this.backend = backend;
        this.name = layer.name();
        this.inputs = layer.inputs();
        this.outputs = layer.outputs();
        this.offset = trace.parameterOffset();
        this.weight = new AverageWeight(settings.factorDecay());
        this.gradientView = new HomogeneousView(offset, inputs + 1, outputs);
        this.resultView = new HomogeneousView(offset, inputs + 1, outputs);
        this.next = next;
        if (isWide(layer, settings) && form(settings) == WideLayers.Form.DIAGONAL) {
            this.kind = Curvature.DIAGONAL;
            this.statistics = new DiagonalStatistics(backend, layer);
            this.preconditioner = new DiagonalPreconditioner(backend, inputs + 1, outputs);
            this.lag = null;
            return;
        }
        boolean leftDiagonal = isWide(inputs, settings);
        boolean rightDiagonal = isWide(outputs, settings);
        KroneckerStatistics factors = new KroneckerStatistics(backend, layer, leftDiagonal, rightDiagonal);
        this.statistics = factors;
        if (next != null && next.statistics instanceof KroneckerStatistics nextFactors) {
            this.lag = new LagAverage(backend, factors.inputs(), nextFactors.inputs(), outputs, next.outputs);
            this.preconditioner =
                    new ConditionalPreconditioner(backend, inputs + 1, outputs, next.inputs + 1, next.outputs);
        } else {
            this.lag = null;
            this.preconditioner = preconditioner(backend, settings, inputs + 1, outputs, leftDiagonal, rightDiagonal);
        }
        this.kind = kind(settings, leftDiagonal || rightDiagonal);
    }

    private static LayerPreconditioner preconditioner(
            Backend backend,
            KroneckerSettings settings,
            int rows,
            int columns,
            boolean leftDiagonal,
            boolean rightDiagonal) {
        if (settings.structure() == Structure.EIGENVALUE_CORRECTED) {
            return new CorrectedPreconditioner(backend, rows, columns, leftDiagonal, rightDiagonal);
        }
        return switch (settings.dampingForm()) {
            case EXACT -> new EigenPreconditioner(backend, rows, columns, leftDiagonal, rightDiagonal);
            case FACTORED -> new InversePreconditioner(backend, rows, columns, leftDiagonal, rightDiagonal);
        };
    }

    private static Curvature kind(KroneckerSettings settings, boolean hasDiagonal) {
        return switch (settings.structure()) {
            case EIGENVALUE_CORRECTED -> Curvature.EIGENVALUE_CORRECTED;
            case BLOCK_TRIDIAGONAL -> hasDiagonal ? Curvature.DIAGONAL_FACTOR : Curvature.BLOCK_TRIDIAGONAL;
            case BLOCK_DIAGONAL -> hasDiagonal ? Curvature.DIAGONAL_FACTOR : Curvature.KRONECKER;
        };
    }

    /** Whether a layer is too wide for whole factors. */
    static boolean isWide(DenseLayer layer, KroneckerSettings settings) {
        return isWide(layer.inputs(), settings) || isWide(layer.outputs(), settings);
    }

    private static boolean isWide(int width, KroneckerSettings settings) {
        return settings.wideLayers().filter(wide -> width > wide.width()).isPresent();
    }

    private static WideLayers.@Nullable Form form(KroneckerSettings settings) {
        Optional<WideLayers> wide = settings.wideLayers();
        return wide.isPresent() ? wide.get().form() : null;
    }

    /** Says which layer has this one as its next. */
    void follow(LayerBlock layer) {
        previous = layer;
    }

    /** Whether the layer is part of a chain. */
    boolean isLinked() {
        return next != null || previous != null;
    }

    @Override
    public CoveredParameters covered() {
        return new CoveredParameters(name, offset, (inputs + 1) * outputs, kind);
    }

    @Override
    public LinearOperator curvature() {
        if (weight.isEmpty()) {
            throw new IllegalStateException("layer " + name + " has no factors yet");
        }
        CorrectedPreconditioner corrected = corrected();
        return corrected == null ? statistics.curvature() : corrected.operator();
    }

    /** The corrected eigenvalues with their basis, if there are any yet. */
    private @Nullable CorrectedPreconditioner corrected() {
        return preconditioner instanceof CorrectedPreconditioner corrected && corrected.hasBasis() ? corrected : null;
    }

    @Override
    public void precondition(ParameterVector gradient, double damping, ParameterVector result) {
        requireDecomposition();
        if (!isLinked()) {
            preconditioner.apply(gradientView.of(gradient), damping, resultView.of(result));
            return;
        }
        if (previous != null) {
            previous.condition(gradient, damping);
        }
        condition(gradient, damping);
        precondition(result);
    }

    /** Into how many parts {@link #preconditionPart} may be cut. */
    int parts() {
        return isLinked() ? 1 : preconditioner.parts();
    }

    /** Computes a part of the layer's {@link #precondition}, beside the other parts; in no chain. */
    void preconditionPart(int part, ParameterVector gradient, double damping, ParameterVector result) {
        preconditioner.applyPart(part, gradientView.of(gradient), damping, resultView.of(result));
    }

    /** Whether {@link #finishPart} comes after {@link #preconditionPart}. */
    boolean hasSecondRound() {
        return !isLinked() && preconditioner.hasSecondRound();
    }

    /** Writes a part of the layer's {@link #precondition} from what all its parts have computed. */
    void finishPart(int part, ParameterVector result) {
        preconditioner.finishPart(part, resultView.of(result));
    }

    /** In a chain, computes the layer's part of {@code ΛΞ gradient}, and keeps it. */
    void condition(ParameterVector gradient, double damping) {
        requireDecomposition();
        Matrix kept = conditioned();
        backend.copy(gradientView.of(gradient), kept);
        if (next != null && preconditioner instanceof ConditionalPreconditioner conditional) {
            conditional.subtractForetold(next.gradientView.of(gradient), kept);
        }
        preconditioner.apply(kept, damping, kept);
    }

    /** In a chain, writes the layer's part of {@code ΞᵀΛΞ gradient} from what this layer and the one before have kept. */
    void precondition(ParameterVector result) {
        Matrix target = resultView.of(result);
        backend.copy(conditioned(), target);
        if (previous != null && previous.preconditioner instanceof ConditionalPreconditioner conditional) {
            conditional.subtractTransposed(previous.conditioned(), target);
        }
    }

    private Matrix conditioned() {
        if (conditioned == null) {
            conditioned = backend.allocate(inputs + 1, outputs);
        }
        return Objects.requireNonNull(conditioned);
    }

    /**
     * Writes the layer's part of the inverse times a gradient that is {@code scale · Σ_b ā_b Ds_bᵀ} of a model's last backward
     * pass, by these where it takes fewer multiplications.
     *
     * @param layer of that model
     */
    void preconditionSum(
            LayerTrace layer, double scale, ParameterVector gradient, double damping, ParameterVector result) {
        requireDecomposition();
        if (preconditioner instanceof InversePreconditioner inverse
                && inverse.isLowRankCheaper(layer.gradient().rows())) {
            inverse.applyLowRank(layer, scale, resultView.of(result));
        } else {
            precondition(gradient, damping, result);
        }
    }

    void requireDecomposition() {
        if (decomposition == null) {
            throw new IllegalStateException("layer " + name + " has no decomposition yet");
        }
    }

    String name() {
        return name;
    }

    /** Returns a task for each part of each layer, in the order of {@link #largestFirst(List)}. */
    static Runnable[] largestFirst(
            List<LayerBlock> layers, ToIntFunction<LayerBlock> parts, ObjIntConsumer<LayerBlock> task) {
        return largestFirst(layers)
                .flatMap(layer -> IntStream.range(0, parts.applyAsInt(layer))
                        .mapToObj(part -> (Runnable) () -> task.accept(layer, part)))
                .toArray(Runnable[]::new);
    }

    /** Returns a task for each layer, in the order of {@link #largestFirst(List)}. */
    static Runnable[] largestFirst(List<LayerBlock> layers, IntConsumer task) {
        return largestFirst(layers)
                .map(layers::indexOf)
                .map(l -> (Runnable) () -> task.accept(l))
                .toArray(Runnable[]::new);
    }

    /** Returns the largest layers first, so that none of them is left to the end. */
    static Stream<LayerBlock> largestFirst(List<LayerBlock> layers) {
        return layers.stream().sorted(Comparator.comparingDouble(layer -> -layer.work()));
    }

    /** Roughly proportional to the time of a decomposition. */
    private double work() {
        return Math.pow(inputs + 1, 3) + Math.pow(outputs, 3);
    }

    /** Whether {@link LayerBatch#plainInputs} are read. */
    boolean takesPlainInputs() {
        return statistics instanceof DiagonalStatistics || preconditioner instanceof CorrectedPreconditioner;
    }

    /** Takes what a batch's inputs alone decide, which needs no cotangents; once a batch. */
    void takeInputs(LayerBatch batch) {
        statistics.takeInputs(batch);
    }

    /**
     * Takes the rest of a batch, after its inputs; the squares of cotangents of several passes add up.
     *
     * @param behind the same batch at the next layer, or null if this is the last one
     */
    void takeCotangents(LayerBatch batch, @Nullable LayerBatch behind) {
        statistics.takeCotangents(batch);
        CorrectedPreconditioner corrected = corrected();
        if (corrected != null) {
            corrected.squares().take(batch);
        }
        if (lag != null && behind != null) {
            lag.take(batch, behind);
        }
    }

    /** Which of the batch's factors is not finite, or null. */
    @Nullable
    String defect() {
        String defect = statistics.defect();
        CorrectedPreconditioner corrected = corrected();
        if (defect == null && corrected != null && !corrected.squares().isFinite()) {
            defect = "squared pseudo-gradients";
        }
        if (defect == null && lag != null && !lag.isFinite()) {
            defect = "products with the next layer";
        }
        return defect == null ? null : "the %s of layer %s are not finite".formatted(defect, name);
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
        statistics.blend(share);
        CorrectedPreconditioner corrected = corrected();
        if (corrected != null) {
            corrected.squares().blend(share);
        }
        if (lag != null) {
            lag.blend(share);
        }
    }

    /** Returns the averages that {@link #decompose} needs, in arrays that the next call may write again. */
    double[][] factors() {
        double[][] own = numbers == null ? LayerStatistics.arrays(statistics.lengths()) : numbers;
        numbers = own;
        statistics.numbersInto(own);
        if (next == null || lag == null) {
            return own;
        }
        double[][] behind = next.statistics.numbers();
        return new double[][] {own[0], own[1], behind[0], behind[1], lag.inputNumbers(), lag.cotangentNumbers()};
    }

    /**
     * Decomposes what {@link #factors} has returned, into the arrays of the decomposition before the last one; may run beside
     * everything but another decomposition and {@link #load}.
     */
    Decomposition<double[][]> decompose(double[][] factors, double damping) {
        double[][] into = spare == null ? LayerStatistics.arrays(decompositionLengths()) : spare;
        spare = into;
        return preconditioner.decompose(factors, damping, into);
    }

    /** Makes a decomposition count. */
    void load(double[][] parts) {
        spare = decomposition;
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

    void save(Map<String, double[]> state) {
        state.put(key("weight"), weight.state());
        statistics.save(key(""), state);
        if (lag != null) {
            state.put(key("input-lag"), lag.inputNumbers());
            state.put(key("cotangent-lag"), lag.cotangentNumbers());
        }
        if (decomposition != null) {
            for (int i = 0; i < decomposition.length; i++) {
                state.put(key("decomposition-" + i), decomposition[i].clone());
            }
        }
        CorrectedPreconditioner corrected = corrected();
        if (corrected != null) {
            state.put(key("eigenvalues"), corrected.squares().numbers());
        }
    }

    /**
     * Reads what was saved, and returns what makes it count.
     *
     * @param begun whether there must be a decomposition
     */
    Runnable restoring(SavedState state, boolean begun) {
        Runnable averages = statistics.restoring(key(""), state);
        double[] average = state.array(key("weight"), 2);
        Runnable common = lag == null ? () -> {} : restoringLag(lag, state);
        double[][] parts = begun || state.has(key("decomposition-0"))
                ? state.arrays(key("decomposition-"), decompositionLengths())
                : null;
        double[] eigenvalues = parts != null && preconditioner instanceof CorrectedPreconditioner
                ? state.array(key("eigenvalues"), (inputs + 1) * outputs)
                : null;
        return () -> {
            weight.restore(average);
            averages.run();
            common.run();
            decomposition = null;
            CorrectedPreconditioner before = corrected();
            if (before != null) {
                before.forget();
            }
            if (parts != null) {
                load(parts);
            }
            CorrectedPreconditioner corrected = corrected();
            if (corrected != null && eigenvalues != null) {
                corrected.squares().restore(eigenvalues);
            }
        };
    }

    private Runnable restoringLag(LagAverage of, SavedState state) {
        double[] inputNumbers = state.array(key("input-lag"), of.inputNumbersLength());
        double[] cotangentNumbers = state.array(key("cotangent-lag"), of.cotangentNumbersLength());
        return () -> of.restore(inputNumbers, cotangentNumbers);
    }

    private String key(String part) {
        return "layer " + name + " " + part;
    }
}
