package kingfisher.optim.kfac;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
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
    private final Runnable[]
            beginning; // the first pass's cotangents of the outputs are written beside the inputs' moments
    private final Runnable[] inputMoments;
    private final Runnable[] moments;
    private final @Nullable Matrix[] inputs; // copies of a layer's inputs, or its inputs scaled by √ω
    private final @Nullable Matrix[] cotangents; // copies
    private final double[] rootValues;
    private final Matrix roots; // √ω [B × 1]
    private final Matrix rootsRow; // the same [1 × B]
    private final @Nullable Matrix[] plainInputs; // copies of inputs that are not scaled, where they are needed too
    private final List<LayerBatch> batches;
    private final @Nullable String[] defects; // of each layer's factors
    private @Nullable UniformRandomProvider source; // of the batch that is being taken, as what follows
    private List<double[]> data = List.of();
    private @Nullable String refusal;

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
        this.inputMoments = LayerBlock.largestFirst(blocks, this::takeInputs);
        this.beginning = Stream.concat(Stream.of(this::writeFirst), Arrays.stream(inputMoments))
                .toArray(Runnable[]::new);
        this.moments = LayerBlock.largestFirst(blocks, this::takeCotangents);
        this.inputs = new Matrix[blocks.size()];
        this.cotangents = new Matrix[blocks.size()];
        this.rootValues = new double[model.batch()];
        this.roots = backend.allocate(model.batch(), 1);
        this.rootsRow = roots.reshaped(0, 1, model.batch());
        this.plainInputs = new Matrix[blocks.size()];
        this.batches = blocks.stream().map(block -> new LayerBatch()).toList();
        this.defects = new String[blocks.size()];
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
        source = random;
        data = targets;
        name(false);
        workers.run(beginning);
        for (int pass = 0; pass < pseudoGradients.passes(); pass++) {
            if (pass > 0) {
                write(pass);
                batches.forEach(LayerBatch::nextPass);
            }
            if (refusal != null) {
                return refusal;
            }
            model.pullBackToLayers();
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
        source = random;
        data = targets;
        writeFirst();
        if (refusal == null) {
            model.pullBackToLayers();
            name(true);
        }
        return refusal;
    }

    private void writeFirst() {
        write(0);
    }

    private void write(int pass) {
        refusal = null;
        try {
            pseudoGradients.write(pass, Objects.requireNonNull(source), data);
        } catch (ArithmeticException outputs) {
            refusal = "no targets can be sampled from the model (%s)".formatted(outputs.getMessage());
        }
    }

    /** Computes the factors of what was copied, on the calling thread alone. */
    void computeCopied() {
        for (Runnable moment : inputMoments) {
            moment.run();
        }
        for (Runnable moment : moments) {
            moment.run();
        }
    }

    /** Names what the passes leave at the layers, or copies of it. */
    private void name(boolean copies) {
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

    private void takeInputs(int layer) {
        blocks.get(layer).takeInputs(batches.get(layer));
    }

    private void takeCotangents(int layer) {
        int behind = layer + 1;
        LayerBlock block = blocks.get(layer);
        block.takeCotangents(batches.get(layer), behind < batches.size() ? batches.get(behind) : null);
        defects[layer] = block.defect();
    }

    /** Which of the factors is not finite, or null. */
    @Nullable
    String defect() {
        for (String defect : defects) {
            if (defect != null) {
                return defect;
            }
        }
        return null;
    }
}
