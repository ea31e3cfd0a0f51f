package kingfisher.optim.network;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.parallel.Workers;
import org.jspecify.annotations.Nullable;

/**
 * A model whose examples are divided among models of fewer, the shards, which pass side by side over the same parameters.
 *
 * <p>Sums over examples are sums over the shards in their order, so the bits depend on the number of shards, but not on
 * that of threads.
 */
public final class ShardedModel implements DifferentiableModel {

    /* What a layer of 256 makes of 512 rows stays in a core's cache: with one thread, passes over 8192 rows are an eighth
     * faster in such shards than undivided; in shards of 256 or 1024 rows they are not. */
    private static final int USUAL_ROWS = 512;

    private final int batch;
    private final Workers workers;
    private final List<Shard> shards = new ArrayList<>();
    private final double[][] outputs; // [head][B × width]
    private final double[][] gradients;
    private final double[][] tangents;
    private final double[][] cotangents;
    private final Runnable[] forward;
    private final Runnable[] backward;
    private final Runnable[] pushForward;
    private final Runnable[] pullBack;
    private final Runnable[] backwardTangent;

    // arguments of the pass under way
    private @Nullable Matrix input;
    private @Nullable ParameterVector vector;
    private double scale;

    /** Some of the rows. */
    private static final class Shard {
        final DifferentiableModel model;
        final int firstRow;
        final @Nullable ParameterVector sum; // where its sum over examples goes; null for the result itself
        final IntFunction<double[]> outputs;
        final IntFunction<double[]> gradients;
        final IntFunction<double[]> tangents;
        final IntFunction<double[]> cotangents;

        @Nullable
        Matrix input;

        Shard(DifferentiableModel model, int firstRow) {
            this.model = model;
            this.firstRow = firstRow;
            this.sum = firstRow == 0 ? null : model.parameters().zerosLike();
            this.outputs = model::outputs;
            this.gradients = model::outputGradients;
            this.tangents = model::outputTangents;
            this.cotangents = model::outputCotangents;
        }

        /** Copies this shard's rows of all heads' arrays out of the shard's own. */
        void collect(IntFunction<double[]> own, double[][] whole) {
            for (int h = 0; h < whole.length; h++) {
                System.arraycopy(own.apply(h), 0, whole[h], firstRow * model.width(h), model.batch() * model.width(h));
            }
        }

        /** Copies this shard's rows of all heads' arrays into the shard's own. */
        void spread(double[][] whole, IntFunction<double[]> own) {
            for (int h = 0; h < whole.length; h++) {
                System.arraycopy(whole[h], firstRow * model.width(h), own.apply(h), 0, model.batch() * model.width(h));
            }
        }
    }

    /**
     * Allocates the shards.
     *
     * @param shards how many; their numbers of rows differ by 1 at most
     * @param model returns a new model for a number of rows; all of them have one parameter vector
     * @param workers does the passes; not closed
     * @throws IllegalArgumentException if there are more shards than rows, or none
     */
    public ShardedModel(int batch, int shards, IntFunction<? extends DifferentiableModel> model, Workers workers) {
        if (shards < 1 || shards > batch) {
            throw new IllegalArgumentException("%d rows can't be %d shards".formatted(batch, shards));
        }
        this.batch = batch;
        this.workers = workers;
        for (int s = 0; s < shards; s++) {
            int firstRow = firstRow(s, shards);
            this.shards.add(new Shard(model.apply(firstRow(s + 1, shards) - firstRow), firstRow));
        }
        this.outputs = hostArrays();
        this.gradients = hostArrays();
        this.tangents = hostArrays();
        this.cotangents = hostArrays();
        this.forward = tasks(this::forward);
        this.backward = tasks(this::backward);
        this.pushForward = tasks(this::pushForward);
        this.pullBack = tasks(this::pullBack);
        this.backwardTangent = tasks(this::backwardTangent);
    }

    /** Returns a model in shards of about 512 rows, whatever the number of threads. */
    public static ShardedModel of(int batch, IntFunction<? extends DifferentiableModel> model, Workers workers) {
        return new ShardedModel(batch, Math.max(1, batch / USUAL_ROWS), model, workers);
    }

    private int firstRow(int shard, int count) {
        return (int) ((long) batch * shard / count);
    }

    private double[][] hostArrays() {
        double[][] arrays = new double[heads()][];
        for (int h = 0; h < arrays.length; h++) {
            arrays[h] = new double[batch * width(h)];
        }
        return arrays;
    }

    private Runnable[] tasks(Consumer<Shard> pass) {
        return shards.stream().map(shard -> (Runnable) () -> pass.accept(shard)).toArray(Runnable[]::new);
    }

    @Override
    public int batch() {
        return batch;
    }

    @Override
    public int heads() {
        return shards.get(0).model.heads();
    }

    @Override
    public int width(int head) {
        return shards.get(0).model.width(head);
    }

    @Override
    public ParameterVector parameters() {
        return shards.get(0).model.parameters();
    }

    @Override
    public double[] outputs(int head) {
        return outputs[head];
    }

    @Override
    public double[] outputGradients(int head) {
        return gradients[head];
    }

    @Override
    public double[] outputTangents(int head) {
        return tangents[head];
    }

    @Override
    public double[] outputCotangents(int head) {
        return cotangents[head];
    }

    @Override
    public void forward(Matrix newInput) {
        if (newInput.rows() != batch) {
            throw new IllegalArgumentException("the model is for " + batch + " rows, found " + newInput.rows());
        }
        if (newInput != input) {
            for (int s = 0; s < shards.size(); s++) {
                Shard shard = shards.get(s);
                shard.input = newInput.rowRange(shard.firstRow, shard.model.batch());
            }
            input = newInput;
        }
        workers.run(forward);
    }

    private void forward(Shard shard) {
        shard.model.forward(Objects.requireNonNull(shard.input));
        shard.collect(shard.outputs, outputs);
    }

    @Override
    public void backward(double newScale, ParameterVector gradient) {
        runAndAdd(backward, newScale, gradient);
    }

    private void backward(Shard shard) {
        shard.spread(gradients, shard.gradients);
        shard.model.backward(scale, target(shard));
    }

    @Override
    public void pushForward(ParameterVector direction) {
        vector = direction;
        workers.run(pushForward);
    }

    private void pushForward(Shard shard) {
        shard.model.pushForward(Objects.requireNonNull(vector));
        shard.collect(shard.tangents, tangents);
    }

    @Override
    public void pullBack(double newScale, ParameterVector product) {
        runAndAdd(pullBack, newScale, product);
    }

    private void pullBack(Shard shard) {
        shard.spread(cotangents, shard.cotangents);
        shard.model.pullBack(scale, target(shard));
    }

    @Override
    public void backwardTangent(double newScale, ParameterVector product) {
        runAndAdd(backwardTangent, newScale, product);
    }

    private void backwardTangent(Shard shard) {
        shard.spread(cotangents, shard.cotangents);
        shard.model.backwardTangent(scale, target(shard));
    }

    private ParameterVector target(Shard shard) {
        return shard.sum == null ? Objects.requireNonNull(vector) : shard.sum;
    }

    /** The first shard overwrites the result where the model has parameters, the others' sums are 0 elsewhere. */
    private void runAndAdd(Runnable[] pass, double newScale, ParameterVector result) {
        scale = newScale;
        vector = result;
        workers.run(pass);
        for (int s = 1; s < shards.size(); s++) {
            parameters().backend().addScaled(1, target(shards.get(s)).values(), result.values());
        }
    }
}
