package kingfisher.optim.newton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import kingfisher.optim.linear.Dense;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wolfe's conditions, wherever a search begins. */
final class LineSearchTest {

    private static final long SEED = 20261201;

    /** Moré and Thuente's (1994) functions 1 to 3, of which the second has a long flat part and the third ripples. */
    private static Functions.Scalar function(int number) {
        return switch (number) {
            case 1 ->
                new Functions.Scalar(
                        a -> -a / (a * a + 2), a -> (a * a - 2) / ((a * a + 2) * (a * a + 2)), a -> Double.NaN);
            case 2 ->
                new Functions.Scalar(
                        a -> Math.pow(a + 0.004, 5) - 2 * Math.pow(a + 0.004, 4),
                        a -> 5 * Math.pow(a + 0.004, 4) - 8 * Math.pow(a + 0.004, 3),
                        a -> Double.NaN);
            default -> {
                double l = 39;
                double beta = 0.01;
                yield new Functions.Scalar(
                        a -> smoothed(a, beta) + 2 * (1 - beta) / (l * Math.PI) * Math.sin(l * Math.PI / 2 * a),
                        a -> slopeOfSmoothed(a, beta) + (1 - beta) * Math.cos(l * Math.PI / 2 * a),
                        a -> Double.NaN);
            }
        };
    }

    private static double smoothed(double a, double beta) {
        if (a <= 1 - beta) {
            return 1 - a;
        }
        return a >= 1 + beta ? a - 1 : (a - 1) * (a - 1) / (2 * beta) + beta / 2;
    }

    private static double slopeOfSmoothed(double a, double beta) {
        if (a <= 1 - beta) {
            return -1;
        }
        return a >= 1 + beta ? 1 : (a - 1) / beta;
    }

    @ParameterizedTest
    @CsvSource({"1, 1e-3, 0.1", "1, 1e-4, 0.9", "2, 0.1, 0.11", "2, 1e-4, 0.9", "3, 0.1, 0.2", "3, 1e-4, 0.9"})
    void theConditionsHoldWhereverItBegins(int number, double decrease, double flatness) {
        Functions.Scalar function = function(number);
        double slope = function.slope().applyAsDouble(0);
        double start = function.f().applyAsDouble(0);
        for (double first : new double[] {1e-3, 0.1, 1, 10, 1000}) {
            LineSearch search = new LineSearch(function, new MinimizerSettings(1, 0, decrease, flatness, 0));
            double length = search.search(new double[] {0}, start, new double[] {1}, slope, first);
            String where = "function %d from %s".formatted(number, first);
            assertThat(length).as(where).isPositive();
            assertThat(search.point()).containsExactly(length);
            assertThat(search.value())
                    .as(where)
                    .isEqualTo(function.f().applyAsDouble(length))
                    .isLessThanOrEqualTo(start + decrease * length * slope);
            assertThat(search.gradient()[0]).isEqualTo(function.slope().applyAsDouble(length));
            assertThat(Math.abs(search.gradient()[0])).as(where).isLessThanOrEqualTo(-flatness * slope);
            assertThat(search.evaluations()).as(where).isBetween(1, 20);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 1, 300})
    void aParabolaTakesOneInterpolation(double first) {
        Functions.Scalar parabola = new Functions.Scalar(a -> (a - 3) * (a - 3), a -> 2 * (a - 3), a -> 2);
        LineSearch search = new LineSearch(parabola, new MinimizerSettings(1, 0, 1e-10, 1e-9, 1e-14));
        double length = search.search(new double[] {0}, 9, new double[] {1}, -6, first);
        assertThat(length).isCloseTo(3, within(1e-8));
    }

    @Test
    void directionsAreScaledByTheLength() {
        UniformRandomProvider random = Dense.random(SEED);
        Functions.Quadratic quadratic =
                new Functions.Quadratic(Dense.covariance(4, 8, random), Dense.uniform(4, random));
        double[] start = Dense.uniform(4, random);
        double[] gradient = new double[4];
        double value = quadratic.value(start, gradient);
        double[] direction = Dense.scale(-1, gradient);
        double slope = Dense.dot(gradient, direction);
        double exact = -slope / Dense.dot(direction, Dense.times(quadratic.matrix, direction));
        LineSearch search = new LineSearch(quadratic, new MinimizerSettings(1, 0, 1e-10, 1e-9, 1e-14));
        double length = search.search(start, value, direction, slope, 0.1);
        assertThat(length).as("seed %d", SEED).isCloseTo(exact, within(1e-8 * exact));
        Dense.assertClose("seed " + SEED, search.point(), Dense.add(start, Dense.scale(length, direction)), 1e-15);
    }

    @Test
    void whatFallsForeverIsFollowedFar() {
        Functions.Scalar line = new Functions.Scalar(a -> -a, a -> -1, a -> 0);
        LineSearch search = new LineSearch(line, MinimizerSettings.quasiNewton(1, 0));
        double length = search.search(new double[] {0}, 0, new double[] {1}, -1, 1);
        assertThat(length).isGreaterThan(1e30);
        assertThat(search.value()).isEqualTo(-length);
        assertThat(search.point()[0]).isEqualTo(length);
    }

    @Test
    void whatRisesIsNotFollowed() {
        Functions.Scalar rising = new Functions.Scalar(a -> a, a -> -1, a -> 0);
        LineSearch search = new LineSearch(rising, MinimizerSettings.quasiNewton(1, 0));
        assertThat(search.search(new double[] {0}, 0, new double[] {1}, -1, 1)).isZero();
    }

    /** The best point is found again when the search ends elsewhere. */
    @Test
    void aKinkIsApproachedFromTheLowerSide() {
        Functions.Scalar kink = new Functions.Scalar(a -> Math.abs(a - 2), a -> a < 2 ? -1 : 1, a -> 0);
        LineSearch search = new LineSearch(kink, new MinimizerSettings(1, 0, 1e-4, 0.5, 0));
        double length = search.search(new double[] {0}, 2, new double[] {1}, -1, 1);
        assertThat(length).isCloseTo(2, within(1e-9));
        assertThat(search.point()[0]).isEqualTo(length);
        assertThat(search.value()).isEqualTo(Math.abs(length - 2));
        assertThat(search.gradient()[0]).isEqualTo(length < 2 ? -1 : 1);
    }

    /** {@code 1 + (a - 3)²} in values that are known to 1e-6 only, as in float: near the minimum the slopes decide. */
    @Test
    void belowTheRoundingTheSlopesDecide() {
        Functions.Scalar noisy = new Functions.Scalar(
                a -> 1 + 1e-8 * (a - 3) * (a - 3) + 5e-7 * Math.sin(1e6 * a), a -> 2e-8 * (a - 3), a -> 2e-8);
        double start = noisy.f().applyAsDouble(0);
        for (double first : new double[] {0.01, 1, 7, 300}) {
            LineSearch search = new LineSearch(noisy, new MinimizerSettings(1, 0, 1e-4, 1e-3, 1e-6));
            double length = search.search(new double[] {0}, start, new double[] {1}, -6e-8, first);
            assertThat(length).as("from %s", first).isCloseTo(3, within(3e-3));
            assertThat(search.value()).isLessThanOrEqualTo(start + 1e-6);
        }
    }
}
