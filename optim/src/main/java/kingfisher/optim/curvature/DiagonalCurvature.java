package kingfisher.optim.curvature;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.LayerTrace;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.network.RowParameter;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The diagonal of a model's Fisher matrix at the model's last forward pass, the mean square of each parameter's
 * pseudo-gradient (Grosse, "Second-Order Optimization", section 5),
 *
 * <pre>
 *   d_i = (1 / Σ_b ω_b) Σ_b ω_b E[(∂loss_b/∂w_i)²]
 * </pre>
 *
 * <p>over targets that the model itself draws. For logits and squared errors it is the diagonal of the Gauss-Newton matrix.
 * An example's gradient in a dense layer is {@code aᵀDs}, so the squares need no gradients of single examples:
 * {@code (a ∘ a)ᵀ(Ds ∘ Ds)}. Nothing allocates, but for the sampler of normal numbers.
 */
public final class DiagonalCurvature {

    private final LinearizedModel model;
    private final List<WeightedMetric> metrics;
    private final Backend backend;
    private final RowWeights rows;
    private final double[][] roots; // [head][B]
    private final double[][] targets; // [head][B × target size]
    private final LayerSquares[] layers;
    private final List<RowParameter> rowParameters;
    private final double[][] rowSums; // of each row parameter

    /**
     * Allocates the working memory; all rows count alike.
     *
     * @param model kept by reference; its cotangents are overwritten
     * @param metrics one for each head
     * @throws IllegalArgumentException if a metric does not fit its head
     */
    public DiagonalCurvature(LinearizedModel model, List<WeightedMetric> metrics) {
        WeightedMetric.requireFit(model, metrics);
        this.model = model;
        this.metrics = List.copyOf(metrics);
        this.backend = model.parameters().backend();
        this.rows = new RowWeights(model.batch());
        this.roots = new double[metrics.size()][model.batch()];
        this.targets = metrics.stream()
                .map(term -> new double[model.batch() * term.metric().targetSize()])
                .toArray(double[][]::new);
        this.layers = IntStream.range(0, model.layers().size())
                .mapToObj(l -> new LayerSquares(backend, model.layers().get(l), model.batch()))
                .toArray(LayerSquares[]::new);
        this.rowParameters = List.copyOf(model.rowParameters());
        this.rowSums = rowParameters.stream()
                .map(parameter -> new double[parameter.size()])
                .toArray(double[][]::new);
    }

    /** How much each row counts. */
    public RowWeights rowWeights() {
        return rows;
    }

    /**
     * Computes the expectation, by one reverse pass for each output of the model.
     *
     * @param diagonal of the parameters' layout; overwritten, with 0 where the model has no parameters
     */
    public void compute(ParameterVector diagonal) {
        begin(diagonal);
        for (int h = 0; h < metrics.size(); h++) {
            for (int column = 0; column < metrics.get(h).metric().width(); column++) {
                clearCotangents();
                metrics.get(h)
                        .metric()
                        .addFactorColumn(column, model.batch(), model.outputs(h), roots[h], model.outputCotangents(h));
                addSquares(diagonal);
            }
        }
    }

    /**
     * Estimates the expectation from one target a row, by one reverse pass.
     *
     * @param random draws the targets
     * @param diagonal of the parameters' layout; overwritten, with 0 where the model has no parameters
     * @throws ArithmeticException if a row's outputs define no distribution (NaN, say)
     */
    public void sample(UniformRandomProvider random, ParameterVector diagonal) {
        begin(diagonal);
        clearCotangents();
        for (int h = 0; h < metrics.size(); h++) {
            OutputMetric metric = metrics.get(h).metric();
            double[] outputs = model.outputs(h);
            metric.sampleTargets(model.batch(), outputs, random, targets[h]);
            metric.addLossGradient(model.batch(), outputs, targets[h], roots[h], model.outputCotangents(h));
        }
        addSquares(diagonal);
    }

    private void begin(ParameterVector diagonal) {
        backend.fill(diagonal.values(), 0);
        for (int h = 0; h < metrics.size(); h++) {
            rows.rootInto(metrics.get(h).weight() / rows.sum(), roots[h]);
        }
        for (LayerSquares layer : layers) {
            layer.squareInput();
        }
    }

    private void clearCotangents() {
        for (int h = 0; h < metrics.size(); h++) {
            Arrays.fill(model.outputCotangents(h), 0);
        }
    }

    private void addSquares(ParameterVector diagonal) {
        model.pullBackToLayers();
        for (LayerSquares layer : layers) {
            layer.addTo(diagonal);
        }
        for (int r = 0; r < rowSums.length; r++) {
            RowParameter parameter = rowParameters.get(r);
            addSquares(parameter, rowSums[r], diagonal.view(parameter.name()));
        }
    }

    private void addSquares(RowParameter parameter, double[] sums, Matrix diagonal) {
        double[] cotangents = model.outputCotangents(parameter.head());
        int width = model.width(parameter.head());
        backend.download(diagonal, sums);
        for (int b = 0; b < model.batch(); b++) {
            for (int i = 0; i < sums.length; i++) {
                double cotangent = cotangents[b * width + parameter.firstOutput() + i];
                sums[i] += cotangent * cotangent;
            }
        }
        backend.upload(sums, diagonal);
    }

    /** The squares of one layer, on the host to be made and on the backend to be multiplied. */
    private static final class LayerSquares {

        private final Backend backend;
        private final LayerTrace trace;
        private final String weightName;
        private final String biasName;
        private final double[] numbers;
        private final Matrix inputs;
        private final Matrix cotangents;
        private final Matrix ones;

        LayerSquares(Backend backend, LayerTrace trace, int batch) {
            int inputWidth = trace.layer().inputs();
            int outputWidth = trace.layer().outputs();
            this.backend = backend;
            this.trace = trace;
            this.weightName = trace.layer().weightName();
            this.biasName = trace.layer().biasName();
            this.numbers = new double[batch * Math.max(inputWidth, outputWidth)];
            this.inputs = backend.allocate(batch, inputWidth);
            this.cotangents = backend.allocate(batch, outputWidth);
            this.ones = backend.allocate(1, batch);
            backend.fill(ones, 1);
        }

        void squareInput() {
            square(trace.input(), inputs);
        }

        void addTo(ParameterVector diagonal) {
            square(trace.cotangent(), cotangents);
            backend.multiply(1, inputs, true, cotangents, false, 1, diagonal.view(weightName));
            backend.multiply(1, ones, false, cotangents, false, 1, diagonal.view(biasName));
        }

        private void square(Matrix source, Matrix target) {
            backend.download(source, numbers);
            for (int i = 0; i < target.size(); i++) {
                numbers[i] *= numbers[i];
            }
            backend.upload(numbers, target);
        }
    }
}
