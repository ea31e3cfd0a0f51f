package kingfisher.optim.kfac;

import static kingfisher.optim.kfac.SupervisedTask.form;
import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.DiagonalGaussian;
import kingfisher.optim.kfac.QuadraticModel.Coefficients;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Equations (12), (26) and (27) against the dense Fisher matrix of two weighted heads, with weighted rows. */
final class QuadraticModelTest {

    private static final long SEED = 20261126;
    private static final double WEIGHT_DECAY = 0.3;
    private static final double[] ROW_WEIGHTS = {1, 0.5, 0, 2, 3, 0.25, 1};

    private static final class Problem {
        final ModelFixture fixture;
        final QuadraticModel quadratic;
        final double[][] fisher;
        final double[] gradient;
        final double[] first;
        final double[] second;

        Problem(Backend backend) {
            this.fixture = ModelFixture.twoHeads(backend, Activation.TANH, ROW_WEIGHTS.length, SEED);
            List<WeightedMetric> metrics = List.of(
                    new NegativeLogLikelihood(DiagonalGaussian.of(2)).weighted(1), new SquaredError(1).weighted(0.5));
            this.quadratic = new QuadraticModel(fixture.model(), metrics, WEIGHT_DECAY);
            quadratic.rowWeights().set(ROW_WEIGHTS);
            this.fisher = Curvatures.pulledBack(
                    fixture,
                    ROW_WEIGHTS,
                    z -> Curvatures.besides(
                            1,
                            Curvatures.gaussianFisher(new double[] {z[0], z[1], z[2], z[3]}),
                            0.5,
                            Curvatures.identity(new double[] {z[4]})));
            this.gradient = fixture.uniform(fixture.size());
            this.first = fixture.uniform(fixture.size());
            this.second = fixture.uniform(fixture.size());
        }

        void span(double[] slope, double[] d1, double[] d2) {
            quadratic.span(fixture.vector(slope), fixture.vector(d1), fixture.vector(d2));
        }

        /** {@code ∇ᵀΔ + ½Δᵀ(F + η + λ)Δ} by the dense matrix. */
        double value(double[] slope, double[] step, double damping) {
            return Dense.dot(slope, step) + 0.5 * inner(step, step, damping);
        }

        double inner(double[] x, double[] y, double damping) {
            return form(x, fisher, y) + (WEIGHT_DECAY + damping) * Dense.dot(x, y);
        }

        /** Cramer's rule for (27). */
        Coefficients solved(double[] d1, double[] d2, double damping) {
            double a = inner(d1, d1, damping);
            double b = inner(d1, d2, damping);
            double c = inner(d2, d2, damping);
            double first = -Dense.dot(gradient, d1);
            double second = -Dense.dot(gradient, d2);
            double determinant = a * c - b * b;
            return new Coefficients((c * first - b * second) / determinant, (a * second - b * first) / determinant);
        }
    }

    private static Backend backend(Precision precision) {
        return precision == Precision.DOUBLE ? DoubleBackend.create() : new CpuBackend();
    }

    @ParameterizedTest
    @EnumSource
    void thePlanesMinimumSolvesTheDenseSystem(Precision precision) {
        Problem problem = new Problem(backend(precision));
        double bound = precision == Precision.DOUBLE ? 1e-11 : 1e-5;
        problem.span(problem.gradient, problem.first, problem.second);
        assertThat(problem.quadratic.squaredNorm())
                .isCloseTo(form(problem.first, problem.fisher, problem.first), within(bound * 10));
        for (double damping : new double[] {0, 1e-3, 1, 100}) {
            Coefficients expected = problem.solved(problem.first, problem.second, damping);
            Coefficients found = problem.quadratic.minimum(damping);
            assertThat(found.first()).as("λ = %s", damping).isCloseTo(expected.first(), within(bound));
            assertThat(found.second()).as("λ = %s", damping).isCloseTo(expected.second(), within(bound));
        }
    }

    @ParameterizedTest
    @EnumSource
    void theProximalRateMinimizesTheLinearisedLossWithItsProximities(Precision precision) {
        Problem problem = new Problem(backend(precision));
        double bound = precision == Precision.DOUBLE ? 1e-11 : 1e-5;
        problem.span(problem.gradient, problem.first, problem.second);
        double squares = Dense.dot(problem.first, problem.first);
        double curvature = form(problem.first, problem.fisher, problem.first);
        for (double function : new double[] {0, 0.1, 10}) {
            for (double weight : new double[] {0, 0.5, 20}) {
                double expected = -Dense.dot(problem.gradient, problem.first)
                        / (function * curvature + (weight + WEIGHT_DECAY) * squares);
                assertThat(problem.quadratic.proximalRate(function, weight))
                        .as("λ_FSP = %s, λ_WSP = %s, seed %d", function, weight, SEED)
                        .isCloseTo(expected, within(bound));
            }
        }
        problem.span(problem.gradient, new double[problem.fixture.size()], problem.second);
        assertThat(problem.quadratic.proximalRate(1, 1)).as("along nothing").isZero();
    }

    @ParameterizedTest
    @EnumSource
    void theChangeIsThatOfTheDenseModel(Precision precision) {
        Problem problem = new Problem(backend(precision));
        problem.span(problem.gradient, problem.first, problem.second);
        for (Coefficients x : List.of(new Coefficients(1, 0), new Coefficients(0, 1), new Coefficients(-0.7, 0.4))) {
            for (double damping : new double[] {0, 1, 100}) {
                double[] step = plus(times(x.first(), problem.first), x.second(), problem.second);
                double expected = problem.value(problem.gradient, step, damping);
                assertThat(problem.quadratic.change(x, damping))
                        .as("%s, λ = %s", x, damping)
                        .isCloseTo(
                                expected,
                                within((precision == Precision.DOUBLE ? 1e-11 : 1e-5) * Math.max(1, damping)));
            }
        }
    }

    @Test
    void theLinesMinimumIsWhereAScanOfTheObjectiveFindsIt() {
        SupervisedTask task = SupervisedTask.regression(backend(Precision.DOUBLE), Activation.IDENTITY, 9, SEED, 5, 2);
        double[] w = task.parameters();
        double[] direction = task.fixture.uniform(task.size());
        for (double damping : new double[] {0, 0.1, 10}) {
            QuadraticModel quadratic = new QuadraticModel(task.model, task.metrics, 0);
            quadratic.span(task.fixture.vector(task.gradient(w)), task.fixture.vector(direction), null);
            double rate = quadratic.minimum(damping).first();
            assertThat(quadratic.minimum(damping).second()).isZero();
            double spacing = Math.abs(rate) / 200;
            double best = Double.POSITIVE_INFINITY;
            double where = Double.NaN;
            for (int i = -500; i <= 500; i++) {
                double value = proximal(task, w, times(i * spacing, direction), damping);
                if (value < best) {
                    best = value;
                    where = i * spacing;
                }
            }
            assertThat(rate).as("λ = %s", damping).isCloseTo(where, within(spacing / 2));
            assertThat(proximal(task, w, times(rate, direction), damping)).isLessThanOrEqualTo(best);
            assertThat(quadratic.change(new Coefficients(rate, 0), damping))
                    .as("the objective is its own quadratic model")
                    .isCloseTo(best - task.loss(w), within(1e-12));
        }
    }

    private static double proximal(SupervisedTask task, double[] w, double[] step, double damping) {
        return task.loss(plus(w, 1, step)) + 0.5 * damping * Dense.dot(step, step);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, -3, 1e-8, 1e8})
    void parallelDirectionsAreALine(double factor) {
        Problem problem = new Problem(backend(Precision.DOUBLE));
        problem.quadratic.span(problem.fixture.vector(problem.gradient), problem.fixture.vector(problem.first), null);
        Coefficients line = problem.quadratic.minimum(0.1);
        problem.span(problem.gradient, problem.first, times(factor, problem.first));
        assertThat(problem.quadratic.minimum(0.1)).isEqualTo(line);
    }

    @Test
    void aZeroDirectionIsNotGoneAlong() {
        Problem problem = new Problem(backend(Precision.DOUBLE));
        double[] zero = new double[problem.fixture.size()];
        problem.quadratic.span(problem.fixture.vector(problem.gradient), problem.fixture.vector(problem.first), null);
        Coefficients line = problem.quadratic.minimum(0.1);
        problem.span(problem.gradient, problem.first, zero);
        assertThat(problem.quadratic.minimum(0.1)).isEqualTo(line);
        problem.span(problem.gradient, zero, problem.first);
        assertThat(problem.quadratic.minimum(0.1)).isEqualTo(new Coefficients(0, line.first()));
        problem.span(problem.gradient, zero, zero);
        assertThat(problem.quadratic.minimum(0.1)).isEqualTo(new Coefficients(0, 0));
        problem.span(zero, problem.first, problem.second);
        assertThat(problem.quadratic.minimum(0.1).first()).isZero();
        assertThat(problem.quadratic.minimum(0.1).second()).isZero();
    }

    @Test
    void nanIsNotMistakenForNoCurvature() {
        Problem problem = new Problem(backend(Precision.DOUBLE));
        double[] broken = problem.second.clone();
        broken[3] = Double.NaN;
        problem.span(problem.gradient, problem.first, broken);
        assertThat(problem.quadratic.minimum(1).first()).isNaN();
        problem.span(problem.gradient, broken, problem.first);
        assertThat(problem.quadratic.minimum(1).first()).isNaN();
    }

    @ParameterizedTest
    @EnumSource
    void theMinimumIsNeverAboveTheLinesMinimumHoweverNearTheDirectionsAre(Precision precision) {
        Problem problem = new Problem(backend(precision));
        double slack = precision == Precision.DOUBLE ? 1e-10 : 1e-5;
        for (double distance = 1; distance > 1e-12; distance /= 3) {
            for (int trial = 0; trial < 10; trial++) {
                double[] slope = problem.fixture.uniform(problem.fixture.size());
                double[] d1 = problem.fixture.uniform(problem.fixture.size());
                double[] d2 = problem.fixture.download(
                        problem.fixture.vector(plus(d1, distance, problem.fixture.uniform(problem.fixture.size()))));
                problem.span(slope, d1, d2);
                Coefficients found = problem.quadratic.minimum(0.01);
                double rate = -Dense.dot(slope, d1) / problem.inner(d1, d1, 0.01);
                double line = problem.value(slope, times(rate, d1), 0.01);
                double plane = problem.value(slope, plus(times(found.first(), d1), found.second(), d2), 0.01);
                assertThat(plane)
                        .as("distance %s, trial %d, coefficients %s", distance, trial, found)
                        .isLessThanOrEqualTo(line + slack);
                assertThat(problem.quadratic.change(found, 0.01)).isLessThanOrEqualTo(0);
            }
        }
    }
}
