package kingfisher.optim.curvature;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.ParameterVector;

/** The steps that products with a model's curvature are made of, and their working memory. */
final class ModelProduct {

    private final LinearizedModel model;
    private final List<WeightedMetric> metrics;
    private final ParameterVector direction;
    private final ParameterVector product;
    private final int size;
    private final RowWeights rows;
    private final double[][] weights; // [head][B]

    ModelProduct(LinearizedModel model, List<WeightedMetric> metrics) {
        WeightedMetric.requireFit(model, metrics);
        this.model = model;
        this.metrics = List.copyOf(metrics);
        this.direction = model.parameters().zerosLike();
        this.product = model.parameters().zerosLike();
        this.size = model.parameters().layout().size();
        this.weights = new double[metrics.size()][model.batch()];
        this.rows = new RowWeights(model.batch());
        spreadWeights();
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

    void weightRows(double[] newWeights) {
        rows.set(newWeights);
        spreadWeights();
    }

    private void spreadWeights() {
        for (int h = 0; h < weights.length; h++) {
            rows.scaleInto(metrics.get(h).weight(), weights[h]);
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
        model.pullBack(1 / rows.sum(), product);
        model.parameters().backend().download(product.values(), result);
    }

    void backwardTangent(DifferentiableModel differentiable, double[] result) {
        requireSize("product", result);
        differentiable.backwardTangent(1 / rows.sum(), product);
        model.parameters().backend().download(product.values(), result);
    }

    private void requireSize(String name, double[] array) {
        if (array.length != size) {
            throw new IllegalArgumentException("%s: expected %d numbers, found %d".formatted(name, size, array.length));
        }
    }
}
