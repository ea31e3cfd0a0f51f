package kingfisher.optim.kfac;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.curvature.RowWeights;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.CoveredParameters.Curvature;
import kingfisher.optim.network.LayerTrace;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.network.RowParameter;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.jspecify.annotations.Nullable;

/**
 * The Kronecker-factored approximation F̂ of a model's Fisher matrix, kept over steps (Martens and Grosse 2015, "Optimizing
 * neural networks with Kronecker-factored approximate curvature"; Grosse, "Second-Order Optimization", section 5): a
 * block-diagonal matrix with {@code A ⊗ S} for every dense layer, or another {@link Structure} of these, and the exact
 * Fisher matrix of parameters that are outputs themselves.
 *
 * <p>At each step, after the model's forward pass, {@link #advance} updates the factors and decomposes them where that is
 * due; then {@link #precondition} multiplies by {@code (F̂ + λI)⁻¹}. A batch whose factors are not finite, or whose outputs
 * are no distribution to sample from, is left out, and a decomposition that is not found leaves the one before; both are
 * counted, and fail the step if it happens too often in a row. The stepping thread allocates nothing but in decompositions
 * and for one generator an update. Not for use by two threads at once.
 */
public final class KroneckerCurvature implements AutoCloseable {

    private static final double STATE_VERSION = 1;
    private static final int NONE = -1;

    /** So many decomposition periods old, an asynchronous decomposition is waited for. */
    private static final int LONGEST_AGE = 10;

    private final LinearizedModel model;
    private final List<WeightedMetric> metrics;
    private final KroneckerSettings settings;
    private final long seed;
    private final Workers workers;
    private final RowWeights rows;
    private final List<LayerBlock> layers = new ArrayList<>();
    private final List<RowBlock> rowBlocks = new ArrayList<>();
    private final List<CoveredParameters> coverage;
    private final List<Integer> uncoveredEntries = new ArrayList<>();
    private final BatchFactors batch;
    private final Runnable[] averages;
    private final LayerDecompositions decompositions;
    private final LayerProducts layerProducts;
    private final @Nullable Background background;
    private final FailureCount rejectedBatches;
    private final FailureCount failedDecompositions;
    private final FailureCount failedRowBlocks;

    private long step;
    private long updates;
    private long factorStep;
    private long decompositionStep;
    private long pendingFactors = NONE; // the step whose factors are averaged beside the steps
    private @Nullable PendingDecomposition pending;
    private long covarianceNanos;

    /**
     * Allocates factors for a model.
     *
     * @param model kept by reference; gives the statistics, after its forward passes. It may be a part of the batch that
     *     the gradient is from. Its cotangents are overwritten, and the output tangents of heads with row parameters
     * @param metrics one for each head
     * @param seed of the generator of sampled targets
     * @param workers run the work on factors; used by the stepping thread only
     * @throws IllegalArgumentException if a metric does not fit its head
     */
    public KroneckerCurvature(
            LinearizedModel model,
            List<WeightedMetric> metrics,
            KroneckerSettings settings,
            long seed,
            Workers workers) {
        WeightedMetric.requireFit(model, metrics);
        Backend backend = model.parameters().backend();
        this.model = model;
        this.metrics = List.copyOf(metrics);
        this.settings = settings;
        this.seed = seed;
        this.workers = workers;
        this.rows = new RowWeights(model.batch());
        addLayers(backend);
        for (RowParameter parameter : model.rowParameters()) {
            rowBlocks.add(new RowBlock(backend, parameter, metrics.get(parameter.head())));
        }
        this.coverage = cover(model.parameters().layout());
        this.batch = new BatchFactors(model, metrics, settings.estimator(), layers, rows, workers);
        this.averages = LayerBlock.largestFirst(layers, l -> layers.get(l).average());
        this.decompositions = new LayerDecompositions(layers, workers);
        this.layerProducts = new LayerProducts(layers, workers);
        this.background = settings.execution() == Execution.SYNCHRONOUS ? null : new Background();
        this.rejectedBatches = new FailureCount(settings.toleratedFailures());
        this.failedDecompositions = new FailureCount(settings.toleratedFailures());
        this.failedRowBlocks = new FailureCount(settings.toleratedFailures());
    }

    private void addLayers(Backend backend) {
        List<LayerTrace> traces = model.layers();
        int first = 0;
        for (int length : model.chainLengths()) {
            LayerBlock behind = null;
            for (int l = first + length - 1; l >= first; l--) {
                boolean wide = LayerBlock.isWide(traces.get(l).layer(), settings);
                boolean links = settings.structure() == Structure.BLOCK_TRIDIAGONAL && !wide;
                LayerBlock block = new LayerBlock(backend, traces.get(l), settings, links ? behind : null);
                if (links && behind != null) {
                    behind.follow(block);
                }
                layers.add(first, block);
                behind = links ? block : null;
            }
            first += length;
        }
    }

    private List<CoveredParameters> cover(ParameterLayout layout) {
        List<CoveredParameters> covered = new ArrayList<>();
        layers.forEach(block -> covered.add(block.covered()));
        rowBlocks.forEach(block -> covered.add(block.covered()));
        int blockCount = covered.size();
        for (int e = 0; e < layout.entries().size(); e++) {
            ParameterLayout.Entry entry = layout.entries().get(e);
            boolean isCovered = covered.subList(0, blockCount).stream()
                    .anyMatch(part -> part.offset() <= entry.offset() && entry.offset() < part.offset() + part.size());
            if (!isCovered) {
                uncoveredEntries.add(e);
                covered.add(new CoveredParameters(
                        entry.name(), entry.offset(), entry.rows() * entry.columns(), Curvature.NONE));
            }
        }
        covered.sort(Comparator.comparingInt(CoveredParameters::offset));
        return List.copyOf(covered);
    }

    /** Which block preconditions which parameters, in the order of the parameter vector; no parameter is missing. */
    public List<CoveredParameters> coverage() {
        return coverage;
    }

    /**
     * The blocks, those of dense layers first. Waits until no average is changed beside the steps, so that their curvature
     * may be read until the next {@link #advance}.
     */
    public List<CurvatureBlock> blocks() {
        if (background != null) {
            background.settleFactors();
        }
        List<CurvatureBlock> blocks = new ArrayList<>(layers);
        blocks.addAll(rowBlocks);
        return blocks;
    }

    /** How much each row of the model's batch counts in the statistics. */
    public RowWeights rowWeights() {
        return rows;
    }

    /** How fresh the curvature is, as of the last {@link #advance}; a batch that is not averaged yet counts as good. */
    public CurvatureStatus status() {
        return new CurvatureStatus(
                step,
                Math.max(0, step - 1 - Math.max(factorStep, pendingFactors)),
                Math.max(0, step - 1 - decompositionStep),
                rejectedBatches.total(),
                failedDecompositions.total() + failedRowBlocks.total());
    }

    /** Nanoseconds that the stepping thread has spent on factors, over all steps. */
    public long covarianceNanos() {
        return covarianceNanos;
    }

    /**
     * Adds a batch to the initial estimate of the factors, before the first step (Algorithm 1: the factors start from a
     * batch much larger than those of the steps). Several batches count by their rows; the matrices of row parameters are of
     * the first step's batch all the same.
     *
     * @param large a model over the same parameters, after its forward pass; its cotangents are overwritten
     * @param targets the data's targets of each head, for {@link FisherEstimator#EMPIRICAL}; else not read
     * @throws IllegalArgumentException if the model has other parameters, or targets are missing
     * @throws IllegalStateException after the first step
     * @throws NumericalFailureException if a factor is not finite
     */
    public void initialize(LinearizedModel large, List<double[]> targets) {
        if (step > 0) {
            throw new IllegalStateException("an initial estimate comes before the first step");
        }
        if (large.parameters() != model.parameters()) {
            throw new IllegalArgumentException("the model of an initial estimate has its parameters in another vector");
        }
        WeightedMetric.requireFit(large, metrics);
        requireTargets(large, targets);
        BatchFactors factors =
                new BatchFactors(large, metrics, settings.estimator(), layers, new RowWeights(large.batch()), workers);
        String defect = factors.compute(nextRandom(), targets);
        if (defect == null) {
            defect = factors.defect();
        }
        if (defect != null) {
            throw new NumericalFailureException(defect + ", in a batch of the initial estimate");
        }
        layers.forEach(layer -> layer.averageInitial(factors.weight()));
    }

    /**
     * Begins a step at the point of the model's last forward pass: updates factors and decompositions where that is due.
     *
     * @param damping λ, positive; part of a decomposition with {@link DampingForm#FACTORED}
     * @param targets the data's targets of each head, for {@link FisherEstimator#EMPIRICAL}; else not read, and may be
     *     empty
     * @throws IllegalArgumentException if λ is not positive and finite, or targets are missing
     * @throws NumericalFailureException if factors were not finite, or had no decomposition, too often in a row, or at the
     *     first step
     */
    public void advance(double damping, List<double[]> targets) {
        requirePositive(damping);
        requireTargets(model, targets);
        long now = step;
        publish(now);
        Stopwatch watch = new Stopwatch();
        if (settings.covariancesDue(now)) {
            updateFactors(now, targets);
        }
        covarianceNanos += watch.lap();
        if (settings.decompositionDue(now)) {
            decompose(now, damping);
        }
        step++;
    }

    static void requirePositive(double damping) {
        if (!(damping > 0 && damping < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("damping must be positive and finite: " + damping);
        }
    }

    private void requireTargets(LinearizedModel of, List<double[]> targets) {
        if (settings.estimator() != FisherEstimator.EMPIRICAL) {
            return;
        }
        if (targets.size() != metrics.size()) {
            throw new IllegalArgumentException("the empirical Fisher matrix needs the targets of %d heads, found %d"
                    .formatted(metrics.size(), targets.size()));
        }
        for (int h = 0; h < metrics.size(); h++) {
            int expected = of.batch() * metrics.get(h).metric().targetSize();
            if (targets.get(h).length < expected) {
                throw new IllegalArgumentException("the empirical Fisher matrix needs %d targets of head %d, found %d"
                        .formatted(expected, h, targets.get(h).length));
            }
        }
    }

    private void updateFactors(long now, List<double[]> targets) {
        UniformRandomProvider random = nextRandom();
        awaitFactors();
        Background beside = background;
        boolean copies = beside != null && batch.canWait();
        String defect = copies ? batch.copy(random, targets) : batch.compute(random, targets);
        if (beside == null || defect != null) {
            accountBatch(now, defect == null ? averageBatch() : defect);
        } else {
            // the averages belong to the thread beside the steps, which may be about to decompose them
            beside.submitFactors(copies ? this::averageCopied : this::averageAlone);
            pendingFactors = now;
        }
    }

    private @Nullable String averageCopied() {
        batch.computeCopied();
        return averageAlone();
    }

    /** Averages on the calling thread. */
    private @Nullable String averageAlone() {
        String defect = batch.defect();
        if (defect == null) {
            layers.forEach(LayerBlock::average);
        }
        return defect;
    }

    /** Averages on all workers. */
    private @Nullable String averageBatch() {
        String defect = batch.defect();
        if (defect == null) {
            workers.run(averages);
        }
        return defect;
    }

    private void accountBatch(long begun, @Nullable String defect) {
        boolean tolerable = true;
        for (LayerBlock layer : layers) {
            tolerable &= !layer.isEmpty();
        }
        if (defect == null) {
            factorStep = begun;
        }
        rejectedBatches.account(defect, tolerable);
    }

    private void awaitFactors() {
        if (pendingFactors != NONE && background != null) {
            long begun = pendingFactors;
            pendingFactors = NONE;
            accountBatch(begun, background.awaitFactors());
        }
    }

    private UniformRandomProvider nextRandom() {
        // consecutive seeds are spread by the generator's own seeding
        return RandomSource.L64_X128_MIX.create(seed + 0x9E3779B97F4A7C15L * updates++);
    }

    private void decompose(long now, double damping) {
        refreshRowBlocks();
        boolean beside =
                background != null && !settings.isEarly(now) && layers.stream().allMatch(LayerBlock::hasDecomposition);
        if (!beside) {
            awaitFactors();
            publish(decompositions.compute(damping), now);
        } else if (pending == null && background != null) {
            pending = new PendingDecomposition(
                    now,
                    background.submitDecompositions(
                            decompositions::factors, factors -> decompositions.compute(factors, damping)));
        }
    }

    private void refreshRowBlocks() {
        String failure = null;
        boolean tolerable = true;
        for (RowBlock block : rowBlocks) {
            String reason = block.refresh(model, rows);
            failure = failure == null ? reason : failure;
            tolerable &= block.hasDecomposition();
        }
        failedRowBlocks.account(failure, tolerable);
    }

    private void publish(long now) {
        PendingDecomposition job = pending;
        if (job != null && isDue(job, now)) {
            pending = null;
            publish(job.await(), job.step());
        }
    }

    private boolean isDue(PendingDecomposition job, long now) {
        if (settings.execution() == Execution.DETERMINISTIC) {
            return now >= job.step() + settings.latency();
        }
        return job.isDone() || now > decompositionStep + (long) LONGEST_AGE * settings.decompositionPeriod();
    }

    private void publish(LayerDecompositions.Result result, long begun) {
        decompositions.publish(result);
        boolean tolerable = true;
        for (LayerBlock layer : layers) {
            tolerable &= layer.hasDecomposition();
        }
        Optional<String> failure = result.failure(layers);
        failedDecompositions.account(failure.orElse(null), tolerable);
        if (failure.isEmpty()) {
            decompositionStep = begun;
        }
    }

    /**
     * Writes {@code (F̂ + λI)⁻¹ gradient}; 0 where the model has no parameters.
     *
     * @param gradient of the parameters' layout; not modified
     * @param damping λ, positive
     * @param result of the parameters' layout; overwritten
     * @throws IllegalStateException before the first {@link #advance}
     * @throws NumericalFailureException if the gradient is not finite; the message names the parameter
     */
    public void precondition(ParameterVector gradient, double damping, ParameterVector result) {
        var unused = requireFinite(gradient);
        preconditionFinite(gradient, damping, result);
    }

    /** The same for a gradient that {@link #requireFinite} has seen. */
    void preconditionFinite(ParameterVector gradient, double damping, ParameterVector result) {
        requirePositive(damping);
        layerProducts.run(gradient, damping, result);
        preconditionOthers(gradient, damping, result);
    }

    private void preconditionOthers(ParameterVector gradient, double damping, ParameterVector result) {
        for (RowBlock block : rowBlocks) {
            block.precondition(gradient, damping, result);
        }
        Backend backend = result.backend();
        for (int entry : uncoveredEntries) {
            backend.fill(result.view(entry), 0);
        }
    }

    /**
     * The same for a gradient that is the sum over a batch that a model's last backward pass has left in its layers; with
     * {@link Application#LOW_RANK}, by its terms where these are fewer.
     *
     * @param gradient of the parameters' layout: that backward pass's; not modified
     * @param of the model, of the same layers
     * @param scale that it was run with
     * @param damping λ, positive
     * @param result of the parameters' layout; overwritten
     * @throws IllegalArgumentException if the model has its parameters in another vector
     * @throws IllegalStateException before the first {@link #advance}
     * @throws NumericalFailureException if the gradient is not finite; the message names the parameter
     */
    public void precondition(
            ParameterVector gradient, LinearizedModel of, double scale, double damping, ParameterVector result) {
        var unused = requireFinite(gradient);
        preconditionFinite(gradient, of, scale, damping, result);
    }

    /** The same for a gradient that {@link #requireFinite} has seen. */
    void preconditionFinite(
            ParameterVector gradient, LinearizedModel of, double scale, double damping, ParameterVector result) {
        if (of.parameters() != model.parameters()) {
            throw new IllegalArgumentException("the model of a gradient has its parameters in another vector");
        }
        if (settings.application() == Application.DIRECT) {
            preconditionFinite(gradient, damping, result);
            return;
        }
        requirePositive(damping);
        layerProducts.runSums(of.layers(), scale, gradient, damping, result);
        preconditionOthers(gradient, damping, result);
    }

    /**
     * Checks a gradient before anything depends on it, and returns ‖gradient‖².
     *
     * @throws NumericalFailureException if it is not finite; the message names the parameter
     */
    public static double requireFinite(ParameterVector gradient) {
        Backend backend = gradient.backend();
        double squaredNorm = backend.dot(gradient.values(), gradient.values());
        if (!Double.isFinite(squaredNorm)) {
            ParameterLayout layout = gradient.layout();
            for (int e = 0; e < layout.entries().size(); e++) {
                if (!backend.isFinite(gradient.view(e))) {
                    throw new NumericalFailureException(
                            "the gradient of " + layout.entries().get(e).name() + " is not finite");
                }
            }
        }
        return squaredNorm;
    }

    /**
     * Everything that the next steps depend on, by name; waits for what runs beside the steps. With the same settings and
     * seed, {@link #restore} makes further steps the same bit for bit.
     *
     * @throws NumericalFailureException if what ran beside the steps has failed too often in a row
     */
    public Map<String, double[]> state() {
        awaitFactors();
        if (settings.execution() == Execution.ASYNCHRONOUS && pending != null) {
            PendingDecomposition job = pending;
            pending = null;
            publish(job.await(), job.step());
        }
        Map<String, double[]> state = new TreeMap<>();
        state.put("version", new double[] {STATE_VERSION});
        state.put("steps", new double[] {step, updates, factorStep, decompositionStep});
        state.put("rejected batches", rejectedBatches.state());
        state.put("failed decompositions", failedDecompositions.state());
        state.put("failed row blocks", failedRowBlocks.state());
        layers.forEach(layer -> layer.save(state));
        rowBlocks.forEach(block -> block.save(state));
        PendingDecomposition.save(pending, state, layers);
        return state;
    }

    /**
     * Goes on from a saved state.
     *
     * @throws IllegalArgumentException if it is of another version, model, structure or form of damping; the message names
     *     the part, and nothing has changed
     */
    public void restore(Map<String, double[]> saved) {
        SavedState state = new SavedState(new HashMap<>(saved));
        double version = state.array("version", 1)[0];
        if (version != STATE_VERSION) {
            throw new IllegalArgumentException(
                    "the saved state has version %s, expected %s".formatted(version, STATE_VERSION));
        }
        double[] steps = state.array("steps", 4);
        boolean begun = steps[0] > 0;
        double[] rejected = state.array("rejected batches", 2);
        double[] failed = state.array("failed decompositions", 2);
        double[] failedRows = state.array("failed row blocks", 2);
        List<Runnable> changes = new ArrayList<>();
        layers.forEach(layer -> changes.add(layer.restoring(state, begun)));
        rowBlocks.forEach(block -> changes.add(block.restoring(state, begun)));
        PendingDecomposition restored = PendingDecomposition.restore(state, layers);

        if (background != null) {
            background.settleFactors();
        }
        if (pending != null) {
            pending.await();
        }
        pendingFactors = NONE;
        changes.forEach(Runnable::run);
        rejectedBatches.restore(rejected);
        failedDecompositions.restore(failed);
        failedRowBlocks.restore(failedRows);
        step = (long) steps[0];
        updates = (long) steps[1];
        factorStep = (long) steps[2];
        decompositionStep = (long) steps[3];
        pending = restored;
    }

    /** Stops the thread that works beside the steps, if there is one, and waits for its end. */
    @Override
    public void close() {
        if (background != null) {
            background.close();
        }
    }
}
