package kingfisher.agents.trpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.curvature.FisherOperator;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The step against dense matrices, which are made of central differences of the mean divergence and the surrogate as their
 * definitions have them; in double, but for what float does at its limits.
 */
class TrustRegionSearchTest {

    private static final long SEED = 20_261_125;
    private static final double BOUND = 0.01;

    private final Backend exact = new Nd4jBackend(Precision.DOUBLE);

    private SmallPolicy policy(String head) {
        return new SmallPolicy(exact, head, SEED);
    }

    private static double[][] fisher(SmallPolicy policy, int every) {
        return DenseMatrices.hessian(w -> policy.divergence(policy.start, w, every), policy.start);
    }

    private static double[] gradient(SmallPolicy policy, int every) {
        return DenseMatrices.gradient(w -> policy.surrogate(w, every), policy.start);
    }

    private static Settings settings(String... assignments) {
        Settings settings = SmallPolicy.exactSettings();
        for (String assignment : assignments) {
            String[] parts = assignment.split("=", -1);
            settings = settings.with(parts[0], parts[1], "test");
        }
        return settings;
    }

    @ParameterizedTest
    @ValueSource(strings = {"categorical", "multi-categorical", "bernoulli", "gaussian"})
    void theDivergenceIsFlatAtTheOldPolicyAndCurvedAsTheFisherMatrix(String head) {
        SmallPolicy policy = policy(head);
        NetworkModel model = policy.network.model(SmallPolicy.BATCH);
        model.forward(policy.rollout.observations());
        double[] weights = new double[SmallPolicy.BATCH];
        Arrays.fill(weights, 1);
        Arrays.fill(model.outputGradients(0), 0);
        policy.distribution.addKullbackLeiblerGradient(
                SmallPolicy.BATCH, model.outputs(0), model.outputs(0), weights, model.outputGradients(0));
        ParameterVector slope = policy.network.parameters().zerosLike();
        model.backward(1.0 / SmallPolicy.BATCH, slope);
        double[] found = new double[policy.start.length];
        exact.download(slope.values(), found);
        assertThat(DenseMatrices.norm(found)).isLessThan(1e-15);
        double[] differences = DenseMatrices.gradient(w -> policy.divergence(policy.start, w, 1), policy.start);
        assertThat(DenseMatrices.norm(differences)).isLessThan(1e-9);

        double[][] hessian = fisher(policy, 1);
        FisherOperator operator =
                new FisherOperator(model, List.of(new NegativeLogLikelihood(policy.distribution).weighted(1)));
        double[] unit = new double[policy.start.length];
        double[] column = new double[policy.start.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = 1;
            operator.apply(unit, column);
            unit[i] = 0;
            assertThat(column).as("column %d", i).containsExactly(hessian[i], within(1e-7));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "categorical, 0.1, true",
        "categorical, 0.001, false",
        "multi-categorical, 0.1, true",
        "bernoulli, 0.1, true",
        "gaussian, 0.1, true",
        "gaussian, 0.01, false"
    })
    void theWholeStepSolvesTheDampedSystemAndIsAsLongAsTheBoundAllows(
            String head, double damping, boolean dampingInBound) {
        SmallPolicy policy = policy(head);
        double bound = 0.02;
        SearchOutcome outcome = policy.search(settings("cg-damping=" + damping, "damping-in-bound=" + dampingInBound))
                .run(0, 1, bound);

        double[][] fisher = fisher(policy, 1);
        double[][] damped = DenseMatrices.damped(fisher, damping);
        double[] gradient = gradient(policy, 1);
        double[] x = DenseMatrices.solve(damped, gradient);
        double[] step = policy.step();
        double[][] measure = dampingInBound ? damped : fisher;
        double length = Math.sqrt(2 * bound / DenseMatrices.dot(x, DenseMatrices.product(measure, x)));
        assertThat(DenseMatrices.norm(DenseMatrices.difference(step, length, x)) / DenseMatrices.norm(step))
                .isLessThan(1e-5);
        assertThat(0.5 * DenseMatrices.dot(step, DenseMatrices.product(measure, step)))
                .isCloseTo(bound, within(1e-6 * bound));
        double predicted = 0.5 * DenseMatrices.dot(step, DenseMatrices.product(fisher, step));
        assertThat(outcome.predictedDivergence()).isCloseTo(predicted, within(1e-6 * bound));
        assertThat(outcome.gradientNorm()).isCloseTo(DenseMatrices.norm(gradient), within(1e-8));
        assertThat(outcome.expectedImprovement()).isCloseTo(DenseMatrices.dot(gradient, step), within(1e-7));
        assertThat(outcome.cgResidual()).isLessThan(1e-11);
        assertThat(outcome.divergence())
                .isCloseTo(policy.divergence(policy.start, policy.parameters(), 1), within(1e-12));
        assertThat(outcome.improvement())
                .isCloseTo(policy.surrogate(policy.parameters(), 1) - policy.surrogate(policy.start, 1), within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"categorical", "multi-categorical", "bernoulli", "gaussian"})
    void whenConjugateGradientEndsEarlyItsResidualIsTheStatedOne(String head) {
        SmallPolicy policy = policy(head);
        SearchOutcome outcome =
                policy.search(settings("cg-iterations=3", "cg-damping=0.01")).run(0, 1, BOUND);

        double[][] damped = DenseMatrices.damped(fisher(policy, 1), 0.01);
        double[] gradient = gradient(policy, 1);
        double[] step = policy.step();
        double[] product = DenseMatrices.product(damped, step);
        // conjugate gradient leaves a residual that is orthogonal to its solution, which tells the scale
        double scale = DenseMatrices.dot(gradient, step) / DenseMatrices.dot(step, product);
        double residual = DenseMatrices.norm(DenseMatrices.difference(gradient, scale, product));
        assertThat(outcome.cgIterations()).isEqualTo(3);
        assertThat(outcome.cgResidual())
                .isGreaterThan(1e-3)
                .isCloseTo(residual / DenseMatrices.norm(gradient), within(1e-6));
        assertThat(0.5 * DenseMatrices.dot(step, product)).isCloseTo(BOUND, within(1e-8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"categorical", "multi-categorical", "bernoulli", "gaussian"})
    void theDivergenceApproachesThePredictedOneInProportionToTheStep(String head) {
        double former = Double.NaN;
        for (double bound = 1e-4; bound > 1e-7; bound /= 4) {
            SmallPolicy policy = policy(head);
            SearchOutcome outcome = policy.search(settings("cg-damping=0.01")).run(0, 1, bound);
            double error = Math.abs(outcome.divergence() / outcome.predictedDivergence() - 1);
            double errorByLength = error / DenseMatrices.norm(policy.step());
            assertThat(error).isBetween(1e-6, 0.1);
            if (!Double.isNaN(former)) {
                assertThat(errorByLength / former).as("bound %s", bound).isBetween(0.8, 1.25);
            }
            former = errorByLength;
        }
    }

    @ParameterizedTest
    @CsvSource({"categorical, 3", "gaussian, 5"})
    void gradientAndFisherMatrixAreEachOfTheirOwnSamples(String head, int every) {
        for (boolean ofGradient : new boolean[] {false, true}) {
            SmallPolicy policy = policy(head);
            policy.search(settings((ofGradient ? "gradient-subsample=" : "fisher-subsample=") + every))
                    .run(0, 1, BOUND);

            double[][] damped = DenseMatrices.damped(fisher(policy, ofGradient ? 1 : every), 0.1);
            double[] x = DenseMatrices.solve(damped, gradient(policy, ofGradient ? every : 1));
            double length = Math.sqrt(2 * BOUND / DenseMatrices.dot(x, DenseMatrices.product(damped, x)));
            double[] step = policy.step();
            assertThat(DenseMatrices.norm(DenseMatrices.difference(step, length, x)) / DenseMatrices.norm(step))
                    .isLessThan(1e-5);
        }
    }

    @Test
    void advantagesAreShiftedAndScaled() {
        SmallPolicy raw = policy("gaussian");
        SmallPolicy changed = policy("gaussian");
        Arrays.setAll(changed.rollout.advantages(), i -> 5 * raw.rollout.advantages()[i] + 3);
        SearchOutcome expected = raw.search(settings()).run(0, 1, BOUND);
        SearchOutcome outcome = changed.search(settings()).run(3, 0.2, BOUND);
        assertThat(outcome.gradientNorm()).isCloseTo(expected.gradientNorm(), within(1e-12));
        assertThat(changed.parameters()).containsExactly(raw.parameters(), within(1e-12));
    }

    @Test
    void aPreconditionerChangesTheWayToTheSolutionOnly() {
        SmallPolicy plain = policy("multi-categorical");
        SearchOutcome expected = plain.search(settings()).run(0, 1, BOUND);
        SmallPolicy policy = policy("multi-categorical");
        double[][] damped = DenseMatrices.damped(fisher(policy, 1), 0.1);
        int n = damped.length;
        double[] inverse = new double[n * n];
        for (int j = 0; j < n; j++) {
            double[] unit = new double[n];
            unit[j] = 1;
            double[] column = DenseMatrices.solve(damped, unit);
            for (int i = 0; i < n; i++) {
                inverse[i * n + j] = column[i];
            }
        }
        double[] asked = new double[1];
        SearchOutcome outcome = policy.search(settings("cg-tolerance=1e-6"), (observations, damping) -> {
                    asked[0] = damping;
                    assertThat(observations).isSameAs(policy.rollout.observations());
                    return new DenseOperator(n, inverse);
                })
                .run(0, 1, BOUND);
        assertThat(asked[0]).isEqualTo(0.1);
        assertThat(outcome.cgIterations()).isLessThan(4).isLessThan(expected.cgIterations());
        assertThat(policy.parameters()).containsExactly(plain.parameters(), within(1e-6));
    }

    @Test
    void theLineSearchTakesTheFirstLengthThatHolds() {
        double bound = 3;
        SmallPolicy whole = policy("gaussian");
        whole.search(settings()).run(0, 1, bound);
        double[] step = whole.step();
        SmallPolicy policy = policy("gaussian");
        SearchOutcome outcome = policy.search(settings("line-search-steps=30")).run(0, 1, bound);
        double fraction = 1;
        while (!holds(policy, step, fraction, bound)) {
            fraction *= 0.8;
        }
        assertThat(fraction).isLessThan(1);
        assertThat(outcome.accepted()).isTrue();
        assertThat(outcome.fraction()).isEqualTo(fraction);
        assertThat(DenseMatrices.norm(DenseMatrices.difference(policy.step(), fraction, step)))
                .isLessThan(1e-12);
        assertThat(outcome.divergence()).isLessThanOrEqualTo(bound);
        assertThat(outcome.improvement()).isPositive();
    }

    private static boolean holds(SmallPolicy policy, double[] step, double fraction, double bound) {
        double[] moved = DenseMatrices.difference(policy.start, -fraction, step);
        return policy.divergence(policy.start, moved, 1) <= bound
                && policy.surrogate(moved, 1) > policy.surrogate(policy.start, 1);
    }

    @Test
    void whichDivergenceTheLineSearchBoundsIsASetting() {
        for (String direction : List.of("old-new", "new-old")) {
            SmallPolicy policy = policy("gaussian");
            SearchOutcome outcome =
                    policy.search(settings("kl-direction=" + direction)).run(0, 1, 0.3);
            double[] end = policy.parameters();
            double expected = direction.equals("old-new")
                    ? policy.divergence(policy.start, end, 1)
                    : policy.divergence(end, policy.start, 1);
            assertThat(outcome.divergence()).as(direction).isCloseTo(expected, within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"categorical", "multi-categorical", "bernoulli", "gaussian"})
    void aSearchThatFindsNothingLeavesEveryBit(String head) {
        for (Backend backend : List.of(exact, new CpuBackend())) {
            SmallPolicy policy = new SmallPolicy(backend, head, SEED);
            misleadFirstSample(policy);
            TrustRegionSearch search =
                    policy.search(settings("gradient-subsample=" + SmallPolicy.BATCH, "line-search-steps=3"));
            double[] before = policy.parameters();
            for (int i = 0; i < 3; i++) {
                SearchOutcome outcome = search.run(0, 1, BOUND);
                assertThat(outcome.accepted()).isFalse();
                assertThat(outcome.fraction()).isZero();
                assertThat(outcome.improvement()).isZero();
                assertThat(outcome.divergence()).isZero();
                assertThat(outcome.predictedDivergence()).isPositive();
                assertThat(policy.parameters()).isEqualTo(before);
            }
        }
    }

    /** Makes what is better for the first sample, which the gradient may be of alone, worse for all together. */
    private static void misleadFirstSample(SmallPolicy policy) {
        double[] observations = new double[policy.rollout.observations().size()];
        Arrays.fill(observations, 0.5);
        policy.backend.upload(observations, policy.rollout.observations());
        double[] actions = policy.rollout.actions();
        int size = policy.distribution.actionSize();
        for (int i = 0; i < actions.length; i++) {
            actions[i] = actions[i % size];
        }
        Arrays.fill(policy.rollout.advantages(), -1);
        policy.rollout.advantages()[0] = 1;
    }

    @Test
    void withoutAGradientThereIsNoStep() {
        SmallPolicy policy = policy("gaussian");
        SearchOutcome outcome = policy.search(settings()).run(0, 0, BOUND);
        assertThat(outcome).isEqualTo(SearchOutcome.none(0, 0, 0));
        assertThat(outcome.accepted()).isFalse();
        assertThat(policy.step()).containsOnly(0);
    }

    /** Probabilities that round to 0 and 1 have no curvature; an action that cannot be has a gradient all the same. */
    @Test
    void withoutCurvatureThereIsNoStep() {
        for (Backend backend : List.of(exact, new CpuBackend())) {
            SmallPolicy policy = new SmallPolicy(backend, "categorical", SEED);
            double[] certain = new double[policy.start.length];
            certain[certain.length - 3] = 2000;
            backend.upload(certain, policy.network.parameters().values());
            Arrays.fill(policy.rollout.actions(), 1);
            SearchOutcome outcome = policy.search(settings("cg-damping=0", "line-search-steps=10"))
                    .run(0, 1, BOUND);
            assertThat(outcome.gradientNorm()).isPositive();
            assertThat(outcome.accepted()).isFalse();
            assertThat(outcome.predictedDivergence()).isZero();
            assertThat(policy.parameters()).isEqualTo(certain);
        }
    }

    @ParameterizedTest
    @CsvSource({"gaussian, 1e30", "gaussian, 1e300", "categorical, 1e300", "bernoulli, 1e300"})
    void aStepWithoutLineSearchThatExplodesIsTakenBackAndNamed(String head, double bound) {
        SmallPolicy policy = new SmallPolicy(new CpuBackend(), head, SEED);
        TrustRegionSearch search = policy.search(settings());
        double[] before = policy.parameters();
        assertThatThrownBy(() -> search.run(0, 1, bound))
                .isInstanceOf(NonFiniteException.class)
                .hasMessageMatching("the (divergence of the policy|gain of the policy's surrogate|squared norm of the"
                        + " policy's parameters) after a step without a line search is (NaN|Infinity): learning diverged; a"
                        + " smaller max-kl or a larger cg-damping may keep it on its way");
        assertThat(policy.parameters()).isEqualTo(before);
    }

    @Test
    void whatIsNotANumberIsNamed() {
        SmallPolicy policy = policy("gaussian");
        policy.rollout.advantages()[3] = Double.NaN;
        assertThatThrownBy(() -> policy.search(settings()).run(0, 1, BOUND))
                .isInstanceOf(NonFiniteException.class)
                .hasMessage(
                        "the gradient norm of the policy's surrogate is NaN: learning diverged; a smaller max-kl or a"
                                + " larger cg-damping may keep it on its way");
        assertThat(policy.step()).containsOnly(0);
    }

    /** Inputs of 1e4 beside ones of 1e-4 without damping: condition numbers beyond what float products can solve. */
    @ParameterizedTest
    @ValueSource(strings = {"categorical", "multi-categorical", "bernoulli", "gaussian"})
    void anIllConditionedMatrixGivesAStepWithinTheBoundOrNone(String head) {
        for (long seed = 0; seed < 10; seed++) {
            SmallPolicy policy = new SmallPolicy(new CpuBackend(), head, seed);
            double[] wild = new double[policy.rollout.observations().size()];
            for (int i = 0; i < wild.length; i++) {
                wild[i] = policy.random.nextDouble(-1, 1) * (i % 3 == 0 ? 1e4 : i % 3 == 1 ? 1e-4 : 1);
            }
            policy.backend.upload(wild, policy.rollout.observations());
            double[] before = policy.parameters();
            SearchOutcome outcome = policy.search(settings("cg-damping=0", "line-search-steps=10"))
                    .run(0, 1, BOUND);
            assertThat(outcome.cgResidual()).as("seed %d", seed).isFinite();
            if (outcome.accepted()) {
                assertThat(outcome.divergence()).as("seed %d", seed).isBetween(0.0, BOUND);
                assertThat(outcome.improvement()).as("seed %d", seed).isPositive();
                assertThat(policy.parameters()).doesNotContain(Double.NaN, Double.POSITIVE_INFINITY);
            } else {
                assertThat(policy.parameters()).as("seed %d", seed).isEqualTo(before);
            }
        }
    }
}
