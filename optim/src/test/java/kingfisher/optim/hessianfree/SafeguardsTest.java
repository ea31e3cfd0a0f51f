package kingfisher.optim.hessianfree;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.kfac.DampingAdaptation;
import kingfisher.optim.kfac.NumericalFailureException;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.kfac.ReductionRatio.Outcome;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.kfac.SupervisedTask;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.solver.ConjugateGradient;
import kingfisher.optim.solver.ConjugateGradientSettings;
import kingfisher.optim.solver.Snapshots;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What keeps a step from going too far: snapshots, the line search, λ, and the way back. */
final class SafeguardsTest {

    private static final long SEED = 20261128;
    private static final int SIZE = 40;

    private static final ConjugateGradientSettings SOLVER =
            new ConjugateGradientSettings(60, 1e-12, 0, 0, 50, 1.3, 1e-15);

    private static final HessianFreeSettings PLAIN =
            HessianFreeSettings.defaults().withSolver(SOLVER).withWarmStart(0).withLineSearch(Optional.empty());

    /** {@code ½wᵀDw - Σw + strength Σw⁴} with the eigenvalues 1 to 10⁻⁴ in D: flat directions lead far, where the loss is high. */
    private static Landscape valley(double strength) {
        return new Landscape(
                new double[SIZE],
                w -> {
                    double sum = 0;
                    for (int i = 0; i < SIZE; i++) {
                        sum += 0.5 * eigenvalue(i) * w[i] * w[i] - w[i] + strength * Math.pow(w[i], 4);
                    }
                    return sum;
                },
                w -> {
                    double[] slope = new double[SIZE];
                    for (int i = 0; i < SIZE; i++) {
                        slope[i] = eigenvalue(i) * w[i] - 1 + 4 * strength * Math.pow(w[i], 3);
                    }
                    return slope;
                });
    }

    private static double eigenvalue(int i) {
        return Math.pow(10, -4.0 * i / (SIZE - 1));
    }

    private static DenseOperator eigenvalues() {
        double[] matrix = new double[SIZE * SIZE];
        for (int i = 0; i < SIZE; i++) {
            matrix[i * SIZE + i] = eigenvalue(i);
        }
        return new DenseOperator(SIZE, matrix);
    }

    @Test
    void theStepGoesBackToTheBestIterate() {
        int early = 0;
        for (double strength : new double[] {0, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9, 1e-8}) {
            Landscape valley = valley(strength);
            double[] start = valley.point();
            double damping = 1e-6;
            HessianFree optimizer =
                    new HessianFree(PLAIN.withConstantDamping(damping), valley.parameters, eigenvalues(), null);
            StepReport report = optimizer.step(valley);

            ConjugateGradient solver = new ConjugateGradient(SIZE, SOLVER);
            double[] last = new double[SIZE];
            int iterations = solver.solve(
                            new DampedOperator(eigenvalues(), damping),
                            SupervisedTask.times(-1, valley.slope(start)),
                            last)
                    .iterations();
            List<double[]> iterates = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            Snapshots snapshots = solver.snapshots();
            for (int s = 0; s < snapshots.count() && snapshots.iteration(s) < iterations; s++) {
                iterates.add(snapshots.iterate(s));
                numbers.add(snapshots.iteration(s));
            }
            iterates.add(last);
            numbers.add(iterations);
            int best = 0;
            for (int s = 1; s < iterates.size(); s++) {
                if (valley.loss(iterates.get(s)) < valley.loss(iterates.get(best))) {
                    best = s;
                }
            }
            String what = "strength %s: iterate %d of %s".formatted(strength, best, numbers);
            early += best < iterates.size() - 1 ? 1 : 0;
            assertThat(optimizer.chosenIteration()).as(what).isEqualTo(numbers.get(best));
            assertThat(report.newLoss()).as(what).isEqualTo(valley.loss(iterates.get(best)));
            assertThat(valley.point()).as(what).containsExactly(iterates.get(best));
            double model = numbers.get(best) == iterations
                    ? solver.modelValue(iterations)
                    : solver.modelValue(numbers.get(best));
            assertThat(report.predictedChange()).as(what).isCloseTo(model, within(1e-9 * Math.abs(model)));
        }
        assertThat(early).as("cases in which the last iterate is not the best").isBetween(3, 6);
    }

    @Test
    void withoutSnapshotsTheLastIterateCounts() {
        Landscape valley = valley(1e-5);
        HessianFree optimizer = new HessianFree(
                PLAIN.withSolver(ConjugateGradientSettings.exact(60, 1e-12)).withConstantDamping(1e-6),
                valley.parameters,
                eigenvalues(),
                null);
        StepReport report = optimizer.step(valley);
        assertThat(report.accepted()).isFalse();
        assertThat(report.newLoss()).isGreaterThan(0);
        assertThat(valley.point()).containsExactly(new double[SIZE]);
    }

    @Test
    void theLineSearchTakesTheFirstFactorThatLowersTheLossEnough() {
        LineSearch search = new LineSearch(40, 0.7, 0.01);
        for (double strength : new double[] {0, 1e-7, 1e-5, 1e-2}) {
            Landscape valley = valley(strength);
            double[] start = valley.point();
            HessianFree optimizer = new HessianFree(
                    PLAIN.withSolver(ConjugateGradientSettings.exact(60, 1e-12))
                            .withAdaptiveDamping(1e-6, DampingAdaptation.everyStep())
                            .withLineSearch(Optional.of(search)),
                    valley.parameters,
                    eigenvalues(),
                    null);
            StepReport report = optimizer.step(valley);
            double[] step = requireNonNull(optimizer.state().get("solution"));
            double rate = 1;
            double slope = Dense.dot(valley.slope(start), step);
            while (valley.loss(SupervisedTask.times(rate, step)) > valley.loss(start) + 0.01 * rate * slope) {
                rate *= 0.7;
            }
            String what = "strength %s, rate %s".formatted(strength, rate);
            assertThat(rate < 1).as(what).isEqualTo(strength > 1e-9);
            assertThat(report.rate()).as(what).isCloseTo(rate, within(1e-12));
            assertThat(report.accepted()).as(what).isTrue();
            assertThat(Dense.error(valley.point(), SupervisedTask.times(rate, step)))
                    .as(what)
                    .isLessThan(1e-12);
            assertThat(report.newLoss()).as(what).isEqualTo(valley.loss(valley.point()));
            assertThat(report.stepNorm()).as(what).isCloseTo(rate * Math.sqrt(Dense.dot(step, step)), within(1e-8));
            double ratio = (valley.loss(start) - valley.loss(step)) / -report.predictedChange();
            assertThat(requireNonNull(report.ratio()).value())
                    .as("of the whole step: %s", what)
                    .isCloseTo(ratio, within(1e-6 * Math.abs(ratio)));
            assertThat(optimizer.damping()).as(what).isCloseTo(strength < 1e-9 ? 2e-6 / 3 : 1.5e-6, within(1e-18));
        }
    }

    @Test
    void aLineSearchThatFindsNothingEnds() {
        Objective rising = new Rising();
        HessianFree optimizer = new HessianFree(
                PLAIN.withConstantDamping(1).withLineSearch(Optional.of(new LineSearch(3, 0.5, 0.01))),
                ((Rising) rising).landscape.parameters,
                eigenvalues(),
                null);
        StepReport report = optimizer.step(rising);
        assertThat(report.rate()).isEqualTo(0.125);
        assertThat(report.accepted()).isFalse();
        assertThat(((Rising) rising).landscape.point()).containsExactly(new double[SIZE]);
    }

    /** A loss that is higher wherever one looks after the first time. */
    private static final class Rising implements Objective {
        final Landscape landscape = valley(0);
        private double offset;

        @Override
        public double evaluate() {
            offset += 1000;
            return landscape.evaluate() + offset;
        }

        @Override
        public double evaluate(ParameterVector gradient) {
            return landscape.evaluate(gradient) + offset;
        }
    }

    private final SupervisedTask task =
            SupervisedTask.classification(new CpuBackend(), Activation.TANH, 16, SEED, 4, 6, 3);

    private HessianFree optimizer(HessianFreeSettings settings) {
        return new HessianFree(settings, task.parameters, new GaussNewtonOperator(task.model, task.metrics), null);
    }

    /** The task's objective with something broken. */
    private final class Broken implements Objective {
        DoubleUnaryOperator before = loss -> loss;
        DoubleUnaryOperator after = loss -> loss;
        Optional<String> infinite = Optional.empty();

        @Override
        public double evaluate() {
            return after.applyAsDouble(task.objective.evaluate());
        }

        @Override
        public double evaluate(ParameterVector gradient) {
            double loss = task.objective.evaluate(gradient);
            infinite.ifPresent(name -> task.backend.fill(gradient.view(name), Double.POSITIVE_INFINITY));
            return before.applyAsDouble(loss);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e9, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void aStepToAWorseLossIsTakenBackBitForBitAndRaisesTheDamping(double worse) {
        HessianFree optimizer = optimizer(HessianFreeSettings.defaults());
        optimizer.step(task.objective);
        double[] w = task.parameters();
        double damping = optimizer.damping();
        Broken broken = new Broken();
        broken.after = loss -> worse;
        StepReport report = optimizer.step(broken);
        assertThat(report.accepted()).isFalse();
        assertThat(task.parameters()).containsExactly(w);
        assertThat(optimizer.damping()).isEqualTo(damping / (2.0 / 3));
        assertThat(report.newLoss()).isEqualTo(worse == 1e9 ? worse : Double.POSITIVE_INFINITY);
        if (worse != 1e9) {
            assertThat(requireNonNull(report.ratio()).outcome()).isEqualTo(Outcome.NOT_FINITE);
        }
        StepReport next = optimizer.step(task.objective);
        assertThat(next.loss()).isEqualTo(report.loss());
        assertThat(next.accepted()).isTrue();
        assertThat(next.step()).isEqualTo(2);
    }

    @Test
    void aRejectedStepLeavesAConstantDampingAlone() {
        HessianFree optimizer = optimizer(HessianFreeSettings.defaults().withConstantDamping(0.1));
        Broken broken = new Broken();
        broken.after = loss -> 1e9;
        assertThat(optimizer.step(broken).accepted()).isFalse();
        assertThat(optimizer.damping()).isEqualTo(0.1);
    }

    @Test
    void anExceptionOfTheObjectiveLeavesTheParameters() {
        HessianFree optimizer = optimizer(HessianFreeSettings.defaults());
        double[] w = task.parameters();
        Broken broken = new Broken();
        broken.after = loss -> {
            throw new IllegalStateException("no data");
        };
        assertThatThrownBy(() -> optimizer.step(broken)).hasMessage("no data");
        assertThat(task.parameters()).containsExactly(w);
    }

    @Test
    void whatIsNotFiniteFailsTheStepByNameAndChangesNothing() {
        HessianFree optimizer = optimizer(HessianFreeSettings.defaults());
        optimizer.step(task.objective);
        Broken loss = new Broken();
        loss.before = ignored -> Double.NaN;
        assertFails(optimizer, loss, "the loss is NaN at step 1");
        Broken gradient = new Broken();
        gradient.infinite = Optional.of("output.bias");
        assertFails(optimizer, gradient, "the gradient of output.bias is not finite");
    }

    private void assertFails(HessianFree optimizer, Objective broken, String message) {
        double[] w = task.parameters();
        Map<String, double[]> state = optimizer.state();
        assertThatThrownBy(() -> optimizer.step(broken))
                .isInstanceOf(NumericalFailureException.class)
                .hasMessage(message);
        assertThat(task.parameters()).containsExactly(w);
        optimizer.state().forEach((name, array) -> assertThat(array).as(name).containsExactly(state.get(name)));
    }

    @Test
    void aCurvatureThatGivesNoDirectionFailsTheStepAndIsNotStartedFromAgain() {
        double[] factor = {1};
        LinearOperator curvature = new LinearOperator() {
            @Override
            public int size() {
                return SIZE;
            }

            @Override
            public void apply(double[] vector, double[] product) {
                for (int i = 0; i < SIZE; i++) {
                    product[i] = factor[0] * vector[i];
                }
            }
        };
        Landscape valley = valley(0);
        HessianFree optimizer =
                new HessianFree(PLAIN.withWarmStart(1).withConstantDamping(1), valley.parameters, curvature, null);
        optimizer.step(valley);
        double[] w = valley.point();
        factor[0] = Double.NaN;
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> optimizer.step(valley))
                    .isInstanceOf(NumericalFailureException.class)
                    .hasMessage("conjugate gradients found no direction at step 1: NOT_FINITE after 0 iterations");
            assertThat(valley.point()).containsExactly(w);
            assertThat(requireNonNull(optimizer.state().get("solution"))).containsExactly(new double[SIZE]);
        }
        factor[0] = 1;
        assertThat(optimizer.step(valley).step()).isEqualTo(1);
    }

    @Test
    void whereTheGradientVanishesNothingMoves() {
        Landscape flat = new Landscape(new double[SIZE], w -> 3, w -> new double[SIZE]);
        HessianFree optimizer = new HessianFree(
                PLAIN.withAdaptiveDamping(1, DampingAdaptation.everyStep()), flat.parameters, eigenvalues(), null);
        StepReport report = optimizer.step(flat);
        assertThat(report.stepNorm()).isZero();
        assertThat(requireNonNull(report.ratio()).outcome()).isEqualTo(Outcome.NO_INFORMATION);
        assertThat(optimizer.damping()).isEqualTo(1);
    }

    /**
     * Equation (4) with a grain of doubt, so that there is a minimum: 90 % of the examples are positive, 10 % negative. For
     * z ≪ 0 its curvature is about exp(z), and Newton's step about exp(-z).
     */
    private static Landscape logistic(double start) {
        return new Landscape(new double[] {start}, z -> 0.9 * softplus(-z[0]) + 0.1 * softplus(z[0]), z ->
                new double[] {1 / (1 + Math.exp(-z[0])) - 0.9});
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static LinearOperator logisticCurvature(Landscape landscape) {
        return new LinearOperator() {
            @Override
            public int size() {
                return 1;
            }

            @Override
            public void apply(double[] vector, double[] product) {
                double z = landscape.point()[0];
                product[0] = vector[0] / (2 + Math.exp(z) + Math.exp(-z));
            }
        };
    }

    @Test
    void onTheLogisticLossUndampedStepsOvershootAndLevenbergMarquardtConverges() {
        double z = -8;
        for (double start : new double[] {-8, -5}) {
            Landscape undamped = logistic(start);
            double newton = start + (0.9 - 1 / (1 + Math.exp(-start))) * (2 + Math.exp(start) + Math.exp(-start));
            assertThat(newton).as("Newton's step from %s", start).isGreaterThan(100);
            assertThat(undamped.loss(new double[] {newton})).isGreaterThan(undamped.loss(new double[] {start}));
            HessianFree nearlyUndamped = new HessianFree(
                    PLAIN.withConstantDamping(1e-12), undamped.parameters, logisticCurvature(undamped), null);
            StepReport overshot = nearlyUndamped.step(undamped);
            assertThat(overshot.stepNorm()).isCloseTo(newton - start, within(1e-3));
            assertThat(overshot.newLoss()).isGreaterThan(overshot.loss());
        }
        Landscape damped = logistic(z);
        HessianFree optimizer = new HessianFree(
                PLAIN.withAdaptiveDamping(1e-6, DampingAdaptation.everyStep()),
                damped.parameters,
                logisticCurvature(damped),
                null);
        double last = Double.POSITIVE_INFINITY;
        int rejected = 0;
        for (int i = 0; i < 100; i++) {
            StepReport report = optimizer.step(damped);
            assertThat(report.loss()).as("step %d", i).isLessThanOrEqualTo(last);
            last = report.loss();
            rejected += report.accepted() ? 0 : 1;
        }
        assertThat(rejected).as("the first steps from λ = 1e-6 overshoot").isGreaterThan(3);
        assertThat(damped.point()[0]).isCloseTo(Math.log(9), within(1e-6));
    }
}
