package kingfisher.experiments.figure;

import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import kingfisher.agents.plot.ChartStyle;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.proximal.ProximityWeights;

/**
 * Figure 1 of Grosse's chapter: what one example, about which a model is wrong, changes in its predictions when the proximal
 * objective of equation (10) is minimized by BFGS, with weight-space proximity, with function-space proximity on the data, and
 * with both.
 */
public final class ProximalFigure {

    /** The weights λ of the proximities, from the cautious to the bold. */
    static final List<Double> WEIGHTS = List.of(30.0, 10.0, 3.0, 1.0, 0.3);

    /** With both proximities, λ_WSP is λ_FSP over this. */
    static final double FUNCTION_TO_WEIGHT = 300;

    private static final int PLACES = 801;
    private static final double MARGIN = 1.2;

    /** Which proximities a panel has. */
    enum Panel {
        /** Just the model before the update. */
        MODEL("current model"),
        /** λ_WSP = λ. */
        WEIGHT_SPACE("weight-space proximity"),
        /** λ_FSP = λ. */
        FUNCTION_SPACE("function-space proximity"),
        /** λ_FSP = λ, λ_WSP = λ / 300. */
        BOTH("both");

        private final String title;

        Panel(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }

        private ProximityWeights weights(double lambda) {
            return switch (this) {
                case MODEL -> throw new IllegalStateException("the model is not updated");
                case WEIGHT_SPACE -> new ProximityWeights(0, lambda);
                case FUNCTION_SPACE -> new ProximityWeights(lambda, 0);
                case BOTH -> new ProximityWeights(lambda, lambda / FUNCTION_TO_WEIGHT);
            };
        }
    }

    /**
     * What a network predicts.
     *
     * @param lambda λ of the update that has led to it; NaN without one
     * @param curve at the places of the figure
     * @param atExamples at the examples that the model was fitted to
     * @param atNewExample at the new example
     */
    record Prediction(double lambda, List<Double> curve, List<Double> atExamples, double atNewExample) {}

    private final List<Double> places;
    private final List<Double> inputs;
    private final List<Double> targets;
    private final double newInput;
    private final double newTarget;
    private final Map<Panel, List<Prediction>> panels = new EnumMap<>(Panel.class);

    private ProximalFigure(ToyRegression task) {
        this.places = IntStream.range(0, PLACES)
                .mapToObj(i -> MARGIN * ToyRegression.EXTENT * (2.0 * i / (PLACES - 1) - 1))
                .toList();
        this.inputs = boxed(task.inputs());
        this.targets = boxed(task.targets());
        this.newInput = task.newInput();
        this.newTarget = task.newTarget();
        for (Panel panel : Panel.values()) {
            panels.put(
                    panel,
                    panel == Panel.MODEL
                            ? List.of(prediction(task, Double.NaN, task.fitted()))
                            : WEIGHTS.stream()
                                    .map(lambda -> prediction(task, lambda, task.update(panel.weights(lambda))))
                                    .toList());
        }
    }

    private Prediction prediction(ToyRegression task, double lambda, double[] parameters) {
        double[] grid = places.stream().mapToDouble(Double::doubleValue).toArray();
        return new Prediction(
                lambda,
                boxed(task.predict(parameters, grid)),
                boxed(task.predict(parameters, task.inputs())),
                task.predict(parameters, new double[] {task.newInput()})[0]);
    }

    private static List<Double> boxed(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    /**
     * Fits the model and makes all updates, which takes some seconds.
     *
     * @param seed of examples and model
     */
    public static ProximalFigure compute(long seed) {
        try (Backend backend = new Nd4jBackend(Precision.DOUBLE)) {
            return new ProximalFigure(new ToyRegression(backend, seed));
        }
    }

    /** Returns the figure as a PNG file has it. */
    public byte[] png() throws IOException {
        return ChartStyle.png(Arrays.stream(Panel.values())
                .map(panel -> PanelChart.draw(this, panel))
                .toList());
    }

    /** Where the curves are known, from left to right. */
    List<Double> places() {
        return places;
    }

    /** Where the examples are that the model was fitted to; the first half is the left cluster. */
    List<Double> inputs() {
        return inputs;
    }

    /** What these examples are. */
    List<Double> targets() {
        return targets;
    }

    /** Where the new example is. */
    double newInput() {
        return newInput;
    }

    /** What the new example is. */
    double newTarget() {
        return newTarget;
    }

    /** The predictions of a panel, one for each λ. */
    List<Prediction> predictions(Panel panel) {
        return Objects.requireNonNull(panels.get(panel));
    }
}
