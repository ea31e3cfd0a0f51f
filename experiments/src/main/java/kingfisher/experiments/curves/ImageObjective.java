package kingfisher.experiments.curves;

import java.util.List;
import java.util.stream.IntStream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.network.ParameterVector;

/** The mean divergence of reconstructions from all images of a set, part by part. */
final class ImageObjective implements Objective {

    private final Backend backend;
    private final List<Matrix> parts;
    private final int count;
    private final int part;
    private final Matrix input;
    private final double[] targets;
    private final SupervisedObjective objective;
    private final ParameterVector sum;

    /**
     * Allocates the working memory.
     *
     * @param images [images × pixels], kept by reference
     * @param part how many images at a time; divides their number
     */
    ImageObjective(Autoencoder autoencoder, Matrix images, int part, List<WeightedMetric> metrics) {
        if (images.rows() % part != 0) {
            throw new IllegalArgumentException("%d images are not whole parts of %d".formatted(images.rows(), part));
        }
        this.backend = autoencoder.parameters().backend();
        this.parts = IntStream.range(0, images.rows() / part)
                .mapToObj(p -> images.rowRange(p * part, part))
                .toList();
        this.count = images.rows();
        this.part = part;
        this.input = backend.allocate(part, images.columns());
        this.targets = new double[input.size()];
        this.objective = new SupervisedObjective(autoencoder.model(part), metrics);
        objective.setBatch(input, List.of(targets));
        this.sum = autoencoder.parameters().zerosLike();
    }

    @Override
    public double evaluate() {
        double loss = 0;
        for (Matrix each : parts) {
            load(each);
            loss += objective.evaluate();
        }
        return loss * part / count;
    }

    @Override
    public double evaluate(ParameterVector gradient) {
        double loss = 0;
        backend.fill(sum.values(), 0);
        for (Matrix each : parts) {
            load(each);
            loss += objective.evaluate(gradient);
            backend.addScaled((double) part / count, gradient.values(), sum.values());
        }
        backend.copy(sum.values(), gradient.values());
        return loss * part / count;
    }

    private void load(Matrix images) {
        backend.copy(images, input);
        backend.download(input, targets);
    }
}
