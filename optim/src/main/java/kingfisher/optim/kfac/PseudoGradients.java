package kingfisher.optim.kfac;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.curvature.RowWeights;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.network.LinearizedModel;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Writes cotangents u of a model's outputs whose mean square {@code Σ_b u_b u_bᵀ / Σ_b ω_b} estimates the Fisher matrix in
 * the outputs (Grosse, "Second-Order Optimization", section 5.2). A row is scaled by the root of its weight, a head by
 * the root of its.
 */
final class PseudoGradients {

    private final LinearizedModel model;
    private final List<WeightedMetric> metrics;
    private final FisherEstimator estimator;
    private final RowWeights rows;
    private final double[][] roots; // [head][B]
    private final double[][] targets; // [head][B × target size]

    PseudoGradients(LinearizedModel model, List<WeightedMetric> metrics, FisherEstimator estimator, RowWeights rows) {
        this.model = model;
        this.metrics = metrics;
        this.estimator = estimator;
        this.rows = rows;
        this.roots = new double[metrics.size()][model.batch()];
        this.targets = new double[metrics.size()][];
        for (int h = 0; h < targets.length; h++) {
            int size = estimator == FisherEstimator.SAMPLED
                    ? metrics.get(h).metric().targetSize()
                    : 0;
            targets[h] = new double[model.batch() * size];
        }
    }

    /** How many times cotangents are written, and squares added up. */
    int passes() {
        if (estimator != FisherEstimator.EXACT) {
            return 1;
        }
        return metrics.stream().mapToInt(term -> term.metric().width()).sum();
    }

    /**
     * Writes the cotangents of one pass.
     *
     * @param random read by {@link FisherEstimator#SAMPLED}
     * @param data the data's targets of each head, read by {@link FisherEstimator#EMPIRICAL}
     * @throws ArithmeticException if the outputs define no distribution
     */
    void write(int pass, UniformRandomProvider random, List<double[]> data) {
        int column = pass;
        for (int h = 0; h < metrics.size(); h++) {
            WeightedMetric term = metrics.get(h);
            rows.rootInto(term.weight(), roots[h]);
            double[] outputs = model.outputs(h);
            double[] cotangents = model.outputCotangents(h);
            Arrays.fill(cotangents, 0);
            switch (estimator) {
                case SAMPLED -> {
                    term.metric().sampleTargets(model.batch(), outputs, random, targets[h]);
                    term.metric().addLossGradient(model.batch(), outputs, targets[h], roots[h], cotangents);
                }
                case EMPIRICAL ->
                    term.metric().addLossGradient(model.batch(), outputs, data.get(h), roots[h], cotangents);
                case EXACT -> {
                    if (column >= 0 && column < term.metric().width()) {
                        term.metric().addFactorColumn(column, model.batch(), outputs, roots[h], cotangents);
                    }
                    column -= term.metric().width();
                }
            }
        }
    }
}
