package kingfisher.optim.curvature;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.ParameterVector;

/** The steps that products with a model's curvature are made of, and their working memory. */
final class ModelProduct {

    private final DifferentiableModel model;
    private final List<WeightedMetric> metrics;
    private final ParameterVector direction;
    private final ParameterVector product;
    private final int size;
    private final double[][] weights; // [head][B]
    private double scale;

    ModelProduct(DifferentiableModel model, List<WeightedMetric> metrics) {
        if (metrics.size() != model.heads()) {
            throw new IllegalArgumentException(
                    "the model has %d heads, found %d metrics".formatted(model.heads(), metrics.size()));
        }
        for (int h = 0; h < metrics.size(); h++) {
            int width = metrics.get(h).metric().width();
            if (width != model.width(h)) {
                throw new IllegalArgumentException("head %d has %d outputs, found the metric %s of %d"
                        .formatted(h, model.width(h), metrics.get(h).metric(), width));
            }
        }
        this.model = model;
        this.metrics = List.copyOf(metrics);
        this.direction = model.parameters().zerosLike();
        this.product = model.parameters().zerosLike();
        this.size = model.parameters().layout().size();
        this.weights = new double[metrics.size()][model.batch()];
        double[] ones = new double[model.batch()];
        Arrays.fill(ones, 1);
        weightRows(ones);
    }

    /** Returns the metrics, and refuses losses whose Hessian in the outputs is not positive semidefinite. */
    static List<WeightedMetric> requireConvex(String matrix, List<WeightedMetric> metrics) {
        for (WeightedMetric term : metrics) {
            if (!term.metric().convex()) {
                throw new IllegalArgumentException(
                        "there is no %s matrix for %s, which is not convex in the outputs; use the Fisher matrix"
                                .formatted(matrix, term.metric()));
            }
        }
        return metrics;
    }

    int size() {
        return size;
    }

    void weightRows(double[] rowWeights) {
        if (rowWeights.length != model.batch()) {
            throw new IllegalArgumentException(
                    "found %d row weights for %d rows".formatted(rowWeights.length, model.batch()));
        }
        double sum = 0;
        for (int b = 0; b < rowWeights.length; b++) {
            if (!(rowWeights[b] >= 0)) {
                throw new IllegalArgumentException(
                        "the weight of row %d must not be negative: %s".formatted(b, rowWeights[b]));
            }
            sum += rowWeights[b];
        }
        if (!(sum > 0 && sum < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the sum of the row weights must be finite and positive: " + sum);
        }
        scale = 1 / sum;
        for (int h = 0; h < weights.length; h++) {
            for (int b = 0; b < rowWeights.length; b++) {
                weights[h][b] = metrics.get(h).weight() * rowWeights[b];
            }
        }
    }

    void pushForward(double[] vector) {
        requireSize("vector", vector);
        model.parameters().backend().upload(vector, direction.values());
        model.pushForward(direction);
    }

    void multiplyByHessian() {
        for (int h = 0; h < weights.length; h++) {
            double[] cotangents = model.outputCotangents(h);
            Arrays.fill(cotangents, 0);
            metrics.get(h)
                    .metric()
                    .addHessianProduct(
                            model.batch(), model.outputs(h), model.outputTangents(h), weights[h], cotangents);
        }
    }

    void multiplyByFisher() {
        for (int h = 0; h < weights.length; h++) {
            double[] cotangents = model.outputCotangents(h);
            Arrays.fill(cotangents, 0);
            metrics.get(h)
                    .metric()
                    .addFisherProduct(model.batch(), model.outputs(h), model.outputTangents(h), weights[h], cotangents);
        }
    }

    void pullBack(double[] result) {
        requireSize("product", result);
        model.pullBack(scale, product);
        model.parameters().backend().download(product.values(), result);
    }

    void backwardTangent(double[] result) {
        requireSize("product", result);
        model.backwardTangent(scale, product);
        model.parameters().backend().download(product.values(), result);
    }

    private void requireSize(String name, double[] array) {
        if (array.length != size) {
            throw new IllegalArgumentException("%s: expected %d numbers, found %d".formatted(name, size, array.length));
        }
    }
}
