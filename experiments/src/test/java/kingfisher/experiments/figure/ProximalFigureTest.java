package kingfisher.experiments.figure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;
import kingfisher.experiments.figure.ProximalFigure.Panel;
import kingfisher.experiments.figure.ProximalFigure.Prediction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What each panel of figure 1 shows, by the numbers that it is drawn from. */
class ProximalFigureTest {

    private static final int BOLDEST = ProximalFigure.WEIGHTS.size() - 1;
    private static final double NEAR =
            0.2; // around the new example, which is more than twice as far from its cluster's ends

    private static final List<Case> CASES =
            List.of(new Case(1, ProximalFigure.compute(1)), new Case(2, ProximalFigure.compute(2)));

    private record Case(long seed, ProximalFigure figure) {

        @Override
        public String toString() {
            return "seed " + seed;
        }

        Prediction model() {
            return figure.predictions(Panel.MODEL).get(0);
        }

        Prediction boldest(Panel panel) {
            return figure.predictions(panel).get(BOLDEST);
        }

        /** How much of the way to the new example's target the prediction has gone. */
        double reached(Prediction prediction) {
            double before = model().atNewExample();
            return (prediction.atNewExample() - before) / (figure.newTarget() - before);
        }

        /** The root of the mean squared change at the examples from one to another. */
        double change(Prediction prediction, int from, int to) {
            double sum = 0;
            for (int i = from; i < to; i++) {
                sum += Math.pow(
                        prediction.atExamples().get(i) - model().atExamples().get(i), 2);
            }
            return Math.sqrt(sum / (to - from));
        }

        double changeAtExamples(Prediction prediction) {
            return change(prediction, 0, figure.inputs().size());
        }

        double changeFarAway(Prediction prediction) {
            return change(prediction, 0, figure.inputs().size() / 2);
        }

        /** The steepest slope of the change, near the new example. */
        double steepness(Prediction prediction) {
            double steepest = 0;
            for (int i = 1; i < figure.places().size(); i++) {
                double right = figure.places().get(i);
                double left = figure.places().get(i - 1);
                if (Math.abs(right - figure.newInput()) < NEAR) {
                    double difference = (prediction.curve().get(i)
                                    - model().curve().get(i))
                            - (prediction.curve().get(i - 1) - model().curve().get(i - 1));
                    steepest = Math.max(steepest, Math.abs(difference / (right - left)));
                }
            }
            return steepest;
        }
    }

    static List<Case> cases() {
        return CASES;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theModelFitsItsExamplesAndNotTheNewOne(Case drawn) {
        ProximalFigure figure = drawn.figure;
        double sum = 0;
        for (int i = 0; i < figure.inputs().size(); i++) {
            sum += Math.pow(drawn.model().atExamples().get(i) - figure.targets().get(i), 2);
        }
        assertThat(Math.sqrt(sum / figure.inputs().size())).isLessThan(0.08);
        assertThat(figure.newTarget() - drawn.model().atNewExample()).isCloseTo(1, within(1e-12));
        assertThat(figure.inputs().subList(0, 20)).allMatch(x -> x >= -2 && x < -0.8);
        assertThat(figure.inputs().subList(20, 40)).allMatch(x -> x >= 0.8 && x < 2);
        assertThat(figure.inputs()).anyMatch(x -> x > figure.newInput() && x < figure.newInput() + 0.1);
        assertThat(figure.inputs()).anyMatch(x -> x < figure.newInput() && x > figure.newInput() - 0.1);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lessWeightOnTheProximitiesGoesFurther(Case drawn) {
        for (Panel panel : List.of(Panel.WEIGHT_SPACE, Panel.BOTH)) {
            double former = 0;
            for (Prediction prediction : drawn.figure.predictions(panel)) {
                assertThat(drawn.reached(prediction))
                        .as("%s, λ = %s", panel, prediction.lambda())
                        .isGreaterThan(former);
                former = drawn.reached(prediction);
            }
            assertThat(former).as(panel.title()).isBetween(0.9, 1.0);
        }
        assertThat(drawn.reached(drawn.boldest(Panel.FUNCTION_SPACE))).isCloseTo(1, within(0.05));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void weightSpaceProximityChangesPredictionsFarAway(Case drawn) {
        Prediction prediction = drawn.boldest(Panel.WEIGHT_SPACE);
        assertThat(drawn.changeFarAway(prediction)).isGreaterThan(0.15);
        assertThat(drawn.changeAtExamples(prediction)).isGreaterThan(0.5);
        assertThat(drawn.steepness(prediction)).as("smoothly").isLessThan(2);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void functionSpaceProximityHoldsTheExamplesAndSpikes(Case drawn) {
        for (Prediction prediction : drawn.figure.predictions(Panel.FUNCTION_SPACE)) {
            assertThat(drawn.changeAtExamples(prediction))
                    .as("λ = %s", prediction.lambda())
                    .isLessThan(0.3 * drawn.changeAtExamples(drawn.boldest(Panel.WEIGHT_SPACE)));
        }
        assertThat(drawn.steepness(drawn.boldest(Panel.FUNCTION_SPACE))).isGreaterThan(10);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bothMakeALocalChangeThatIsSmooth(Case drawn) {
        Prediction both = drawn.boldest(Panel.BOTH);
        assertThat(drawn.changeFarAway(both))
                .as("local")
                .isLessThan(0.2 * drawn.changeFarAway(drawn.boldest(Panel.WEIGHT_SPACE)));
        assertThat(drawn.changeAtExamples(both))
                .isLessThan(drawn.changeAtExamples(drawn.boldest(Panel.WEIGHT_SPACE)))
                .isGreaterThan(drawn.changeAtExamples(drawn.boldest(Panel.FUNCTION_SPACE)));
        assertThat(drawn.steepness(both))
                .as("smooth")
                .isLessThan(0.3 * drawn.steepness(drawn.boldest(Panel.FUNCTION_SPACE)));
    }

    @Test
    void theSeedDecides() throws IOException {
        byte[] picture = CASES.get(0).figure.png();
        assertThat(ProximalFigure.compute(1).png()).isEqualTo(picture);
        assertThat(CASES.get(1).figure.png()).isNotEqualTo(picture);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(picture));
        assertThat(image.getWidth()).isEqualTo(4 * 800);
        assertThat(image.getHeight()).isEqualTo(840);
    }
}
