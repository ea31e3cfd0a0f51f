package kingfisher.optim.proximal;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.RowWeights;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/**
 * How much a model's predictions on a batch B′ have changed since they were kept,
 *
 * <pre>
 *   Σ_heads weight · Σ_b ω_b ρ(z_b(w), z_b(w₀)) / Σ_b ω_b
 * </pre>
 *
 * <p>with the divergence ρ of the distributions that the metrics' losses are negative log-likelihoods of; for squared errors
 * it is half the squared distance. Its Hessian in w at w₀ is the matrix of {@link
 * kingfisher.optim.curvature.FisherOperator} with the same model and metrics.
 */
public final class FunctionProximity {

    private final DifferentiableModel model;
    private final List<WeightedMetric> metrics;
    private final List<OutputProximity> proximities;
    private final RowWeights rows;
    private final double[][] anchor; // [head][B′ × width]
    private final double[] numbers; // [B′]
    private @Nullable Matrix input;

    /**
     * Allocates the working memory; all rows count alike.
     *
     * @param model kept by reference, and run by each evaluation
     * @param metrics one for each head; a head of weight 0 may change freely
     * @throws IllegalArgumentException if a metric does not fit its head
     */
    public FunctionProximity(DifferentiableModel model, List<WeightedMetric> metrics) {
        WeightedMetric.requireFit(model, metrics);
        this.model = model;
        this.metrics = List.copyOf(metrics);
        this.proximities =
                metrics.stream().map(term -> OutputProximity.of(term.metric())).toList();
        this.rows = new RowWeights(model.batch());
        this.anchor = new double[metrics.size()][];
        for (int h = 0; h < anchor.length; h++) {
            anchor[h] = new double[model.batch() * model.width(h)];
        }
        this.numbers = new double[model.batch()];
    }

    /** How much each row counts. */
    public RowWeights rowWeights() {
        return rows;
    }

    /**
     * Sets the batch B′ on which predictions are to stay; they have to be kept anew then.
     *
     * @param newInput [B′ × inputs]; kept by reference
     * @throws IllegalArgumentException if it has another number of rows than the model
     */
    public void setBatch(Matrix newInput) {
        if (newInput.rows() != model.batch()) {
            throw new IllegalArgumentException(
                    "the model is for %d rows, found %d".formatted(model.batch(), newInput.rows()));
        }
        input = newInput;
    }

    /** Runs the model forward and keeps its predictions, z(w₀). */
    void anchor() {
        forward();
        keepOutputs();
    }

    /** Keeps the predictions of the model's last forward pass. */
    void keepOutputs() {
        for (int h = 0; h < anchor.length; h++) {
            System.arraycopy(model.outputs(h), 0, anchor[h], 0, anchor[h].length);
        }
    }

    /** Runs the model forward. */
    void forward() {
        Matrix batch = input;
        if (batch == null) {
            throw new IllegalStateException("the proximity has no batch yet");
        }
        model.forward(batch);
    }

    /** The proximity at the model's last forward pass. */
    double value() {
        double sum = 0;
        for (int h = 0; h < anchor.length; h++) {
            proximities.get(h).compute(model.batch(), anchor[h], model.outputs(h), numbers);
            double head = 0;
            for (int b = 0; b < numbers.length; b++) {
                head += rows.values()[b] * numbers[b];
            }
            sum += metrics.get(h).weight() * head;
        }
        return sum / rows.sum();
    }

    /** Runs the model back from its last forward pass: {@code gradient = factor · ∂proximity/∂w}. */
    void backward(double factor, ParameterVector gradient) {
        for (int h = 0; h < anchor.length; h++) {
            Arrays.fill(model.outputGradients(h), 0);
        }
        addOutputGradients(1);
        model.backward(factor, gradient);
    }

    /** Adds {@code factor · ∂proximity/∂z_b} to the gradients of the model's outputs. */
    void addOutputGradients(double factor) {
        for (int h = 0; h < anchor.length; h++) {
            rows.scaleInto(factor * metrics.get(h).weight() / rows.sum(), numbers);
            proximities
                    .get(h)
                    .addGradient(model.batch(), anchor[h], model.outputs(h), numbers, model.outputGradients(h));
        }
    }
}
