package kingfisher.experiments.curves;

import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.BernoulliDivergence;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.parallel.Workers;

/** What a run works with: the data, an autoencoder of its own with its first weights, and batches in an order of its own. */
final class Workbench implements AutoCloseable {

    final long seed;
    final Autoencoder autoencoder;
    final List<WeightedMetric> metrics;
    final NetworkModel model; // of a batch
    final SupervisedObjective objective; // of a batch
    final ImageObjective training;
    final ImageObjective test;
    final Workers workers = new Workers(1);
    private final Backend backend = new CpuBackend();
    private final Matrix images;
    private final Batches batches;
    private final Matrix input;
    private final double[] targets;

    Workbench(CurvesSize size, CurvesData data) {
        int pixels = size.widths().get(0);
        this.seed = size.seed();
        this.autoencoder = new Autoencoder(backend, size.widths(), seed);
        this.metrics = List.of(BernoulliDivergence.of(pixels).weighted(1));
        this.model = autoencoder.model(size.batch());
        this.objective = new SupervisedObjective(model, metrics);
        this.images = matrix(data.training(), pixels);
        this.training = new ImageObjective(autoencoder, images, size.batch(), metrics);
        this.test = new ImageObjective(autoencoder, matrix(data.test(), pixels), size.batch(), metrics);
        this.batches = new Batches(images.rows(), size.batch(), seed);
        this.input = backend.allocate(size.batch(), pixels);
        this.targets = new double[input.size()];
        objective.setBatch(input, List.of(targets));
    }

    private Matrix matrix(double[] numbers, int columns) {
        Matrix matrix = backend.allocate(numbers.length / columns, columns);
        backend.upload(numbers, matrix);
        return matrix;
    }

    /** Lets {@link #objective} be that of the next batch. */
    void nextBatch() {
        backend.gatherRows(images, batches.rows(), batches.advance(), input);
        backend.download(input, targets);
    }

    /** Runs the batch's model forward, for products with the curvature there. */
    void forward() {
        model.forward(input);
    }

    @Override
    public void close() {
        workers.close();
        backend.close();
    }
}
