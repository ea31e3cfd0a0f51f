package kingfisher.optim.kfac;

import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.RowWeights;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.network.LayerTrace;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * Makes the factors of one batch: cotangents back to the layers, then the second moments, which may be left for another
 * thread to compute.
 */
final class BatchFactors {

    private final LinearizedModel model;
    private final List<LayerTrace> traces;
    private final List<LayerBlock> blocks;
    private final RowWeights rows;
    private final PseudoGradients pseudoGradients;
    private final Workers workers;
    private final Runnable[] moments;
    private final @Nullable Matrix[] inputs; // copies of a layer's inputs, or its inputs scaled by √ω
    private final @Nullable Matrix[] cotangents; // copies
    private final double[] rootValues;
    private final Matrix roots; // √ω [B × 1]
    private final Matrix rootsRow; // the same [1 × B]
    private final @Nullable Matrix[] plainInputs; // copies of inputs that are not scaled, where they are needed too
    private final List<LayerBatch> batches;

    BatchFactors(
            LinearizedModel model,
            List<WeightedMetric> metrics,
            FisherEstimator estimator,
            List<LayerBlock> blocks,
            RowWeights rows,
            Workers workers) {
        Backend backend = model.parameters().backend();
        this.model = model;
        this.traces = model.layers();
        this.blocks = blocks;
        this.rows = rows;
        this.pseudoGradients = new PseudoGradients(model, metrics, estimator, rows);
        this.workers = workers;
        this.moments = LayerBlock.largestFirst(blocks, this::takeMoments);
        this.inputs = new Matrix[blocks.size()];
        this.cotangents = new Matrix[blocks.size()];
        this.rootValues = new double[model.batch()];
        this.roots = backend.allocate(model.batch(), 1);
        this.rootsRow = roots.reshaped(0, 1, model.batch());
        this.plainInputs = new Matrix[blocks.size()];
        this.batches = blocks.stream().map(block -> new LayerBatch()).toList();
    }

    /** Number of rows that count, for an initial estimate of several batches. */
    double weight() {
        return rows.sum();
    }

    /** Whether the second moments of a batch come from one reverse pass, so that they can be left for later. */
    boolean canWait() {
        return pseudoGradients.passes() == 1;
    }

    /**
     * Computes the factors of the model's batch at once.
     *
     * @return why there are none, or null; then {@link #defect} says whether they can be used
     */
    @Nullable
    String compute(UniformRandomProvider random, List<double[]> targets) {
        for (int pass = 0; pass < pseudoGradients.passes(); pass++) {
            String defect = pullBack(pass, random, targets);
            if (defect != null) {
                return defect;
            }
            begin(pass == 0, false);
            workers.run(moments);
        }
        return null;
    }

    /**
     * Copies what the factors of the model's batch are made of, for {@link #computeCopied}.
     *
     * @return why there is nothing to copy, or null
     */
    @Nullable
    String copy(UniformRandomProvider random, List<double[]> targets) {
        String defect = pullBack(0, random, targets);
        if (defect == null) {
            begin(true, true);
        }
        return defect;
    }

    private @Nullable String pullBack(int pass, UniformRandomProvider random, List<double[]> targets) {
        try {
            pseudoGradients.write(pass, random, targets);
        } catch (ArithmeticException outputs) {
            return "no targets can be sampled from the model (%s)".formatted(outputs.getMessage());
        }
        model.pullBackToLayers();
        return null;
    }

    /** Computes the factors of what was copied, on the calling thread alone. */
    void computeCopied() {
        for (Runnable moment : moments) {
            moment.run();
        }
    }

    private void begin(boolean isFirstPass, boolean copies) {
        if (!isFirstPass) {
            for (int l = 0; l < inputs.length; l++) {
                batches.get(l).nextPass(); // the inputs are taken already
            }
            return;
        }
        Backend backend = model.parameters().backend();
        boolean weighted = !rows.isUniform();
        double scale = 1 / rows.sum();
        if (weighted) {
            rows.rootInto(1, rootValues);
            backend.upload(rootValues, rootsRow);
        }
        for (int l = 0; l < inputs.length; l++) {
            Matrix input = traces.get(l).input();
            Matrix cotangent = traces.get(l).cotangent();
            Matrix taken = input;
            Matrix plain = input;
            if (weighted) {
                taken = buffer(inputs, l, input);
                backend.scaleRows(roots, input, taken);
                if (copies && blocks.get(l).takesPlainInputs()) {
                    plain = copied(plainInputs, l, input);
                }
            } else if (copies) {
                taken = copied(inputs, l, input);
                plain = taken;
            }
            Matrix tangents = copies ? copied(cotangents, l, cotangent) : cotangent;
            batches.get(l).set(taken, plain, tangents, weighted ? rootsRow : null, scale);
        }
    }

    private Matrix copied(@Nullable Matrix[] buffers, int index, Matrix source) {
        Matrix copy = buffer(buffers, index, source);
        model.parameters().backend().copy(source, copy);
        return copy;
    }

    private Matrix buffer(@Nullable Matrix[] buffers, int index, Matrix like) {
        Matrix buffer = buffers[index];
        if (buffer == null) {
            buffer = model.parameters().backend().allocate(like.rows(), like.columns());
            buffers[index] = buffer;
        }
        return buffer;
    }

    private void takeMoments(int layer) {
        int behind = layer + 1;
        blocks.get(layer).take(batches.get(layer), behind < batches.size() ? batches.get(behind) : null);
    }

    /** Which of the factors is not finite, or null. */
    @Nullable
    String defect() {
        for (LayerBlock block : blocks) {
            String defect = block.defect();
            if (defect != null) {
                return defect;
            }
        }
        return null;
    }
}
