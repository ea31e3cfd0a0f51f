package kingfisher.optim.kfac;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.RowWeights;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/** The loss {@code Σ_heads weight · Σ_b ω_b loss_b / Σ_b ω_b} of a model's outputs against given targets. */
public final class SupervisedObjective implements Objective {

    private final DifferentiableModel model;
    private final List<WeightedMetric> metrics;
    private final RowWeights rows;
    private final double[] losses; // [B]
    private final double[] weights; // [B]
    private @Nullable Matrix input;
    private List<double[]> targets = List.of();

    /**
     * Allocates the working memory.
     *
     * @param model kept by reference and run by each evaluation
     * @param metrics one for each head
     * @throws IllegalArgumentException if a metric does not fit its head
     */
    public SupervisedObjective(DifferentiableModel model, List<WeightedMetric> metrics) {
        WeightedMetric.requireFit(model, metrics);
        this.model = model;
        this.metrics = List.copyOf(metrics);
        this.rows = new RowWeights(model.batch());
        this.losses = new double[model.batch()];
        this.weights = new double[model.batch()];
    }

    /** How much each row counts. */
    public RowWeights rowWeights() {
        return rows;
    }

    /**
     * Sets the batch that is evaluated from now on.
     *
     * @param newInput [B × inputs]; kept by reference
     * @param newTargets of each head [B × target size]; the arrays are kept by reference
     * @throws IllegalArgumentException if a head has no targets, or too few; the message names the head
     */
    public void setBatch(Matrix newInput, List<double[]> newTargets) {
        if (newInput.rows() != model.batch()) {
            throw new IllegalArgumentException(
                    "the model is for %d rows, found %d".formatted(model.batch(), newInput.rows()));
        }
        if (newTargets.size() != metrics.size()) {
            throw new IllegalArgumentException(
                    "the model has %d heads, found targets of %d".formatted(metrics.size(), newTargets.size()));
        }
        for (int h = 0; h < metrics.size(); h++) {
            int expected = model.batch() * metrics.get(h).metric().targetSize();
            if (newTargets.get(h).length < expected) {
                throw new IllegalArgumentException("targets of head %d: expected %d numbers, found %d"
                        .formatted(h, expected, newTargets.get(h).length));
            }
        }
        this.input = newInput;
        this.targets = List.copyOf(newTargets);
    }

    @Override
    public double evaluate() {
        Matrix batch = input;
        if (batch == null) {
            throw new IllegalStateException("the objective has no batch yet");
        }
        model.forward(batch);
        double sum = 0;
        for (int h = 0; h < metrics.size(); h++) {
            WeightedMetric term = metrics.get(h);
            term.metric().loss(model.batch(), model.outputs(h), targets.get(h), losses);
            double head = 0;
            for (int b = 0; b < losses.length; b++) {
                head += rows.values()[b] * losses[b];
            }
            sum += term.weight() * head;
        }
        return sum / rows.sum();
    }

    @Override
    public double evaluate(ParameterVector gradient) {
        double loss = evaluate();
        for (int h = 0; h < metrics.size(); h++) {
            WeightedMetric term = metrics.get(h);
            rows.scaleInto(term.weight(), weights);
            Arrays.fill(model.outputGradients(h), 0);
            term.metric()
                    .addLossGradient(
                            model.batch(), model.outputs(h), targets.get(h), weights, model.outputGradients(h));
        }
        model.backward(1 / rows.sum(), gradient);
        return loss;
    }

    @Override
    public DifferentiableModel gradientModel() {
        return model;
    }

    @Override
    public double gradientScale() {
        return 1 / rows.sum();
    }

    @Override
    public List<double[]> targets() {
        return targets;
    }
}
