package kingfisher.optim.newton;

import static kingfisher.optim.linear.Dense.add;
import static kingfisher.optim.linear.Dense.assertClose;
import static kingfisher.optim.linear.Dense.dot;
import static kingfisher.optim.linear.Dense.identity;
import static kingfisher.optim.linear.Dense.multiply;
import static kingfisher.optim.linear.Dense.scale;
import static kingfisher.optim.linear.Dense.times;
import static kingfisher.optim.linear.Dense.transpose;
import static kingfisher.optim.linear.Dense.uniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.Allocations;
import kingfisher.optim.linear.Dense;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;

/** The directions of the three methods against their formulas with dense matrices. */
final class SearchRuleTest {

    private static final long SEED = 20261128;
    private static final int SIZE = 6;
    private static final String WHERE = "seed " + SEED;

    private final UniformRandomProvider random = Dense.random(SEED);
    private final double[] hessian = Dense.covariance(SIZE, 3 * SIZE, random);

    private static final class Pair {
        final double[] step;
        final double[] change;

        Pair(double[] step, double[] change) {
            this.step = step;
            this.change = change;
        }
    }

    private Pair pair() {
        double[] step = uniform(SIZE, random);
        return new Pair(step, add(times(hessian, step), scale(0.01, uniform(SIZE, random))));
    }

    /** (I - ρsyᵀ) W (I - ρysᵀ) + ρssᵀ, by products of whole matrices. */
    private static double[] updated(double[] w, Pair pair) {
        double rho = 1 / dot(pair.step, pair.change);
        double[] left = add(identity(SIZE), scale(-rho, multiply(SIZE, 1, SIZE, pair.step, pair.change)));
        double[] middle = multiply(SIZE, SIZE, SIZE, multiply(SIZE, SIZE, SIZE, left, w), transpose(SIZE, SIZE, left));
        return add(middle, scale(rho, multiply(SIZE, 1, SIZE, pair.step, pair.step)));
    }

    private static double initialScale(Pair pair) {
        return dot(pair.step, pair.change) / dot(pair.change, pair.change);
    }

    private static double[] chosen(SearchRule rule, double[] gradient) {
        double[] direction = new double[gradient.length];
        rule.choose(gradient, direction);
        return direction;
    }

    @Test
    void bfgsFollowsTheDenseUpdate() {
        Bfgs rule = new Bfgs(SIZE);
        double[] gradient = uniform(SIZE, random);
        assertThat(chosen(rule, gradient)).isEqualTo(scale(-1, gradient));
        assertThat(rule.isScaled()).isFalse();
        double[] w = null;
        for (int i = 0; i < 10; i++) {
            Pair pair = pair();
            w = updated(w == null ? scale(initialScale(pair), identity(SIZE)) : w, pair);
            rule.learn(pair.step, pair.change);
            assertThat(rule.isScaled()).isTrue();
            assertClose(WHERE, rule.inverse().toDense(), w, 1e-12);
            assertClose(WHERE, chosen(rule, gradient), scale(-1, times(w, gradient)), 1e-12);
            assertClose("the secant equation", times(rule.inverse().toDense(), pair.change), pair.step, 1e-12);
        }
        rule.restart();
        assertThat(rule.isScaled()).isFalse();
        assertThat(rule.inverse().toDense()).isEqualTo(identity(SIZE));
    }

    @Test
    void theLimitedMemoryIsTheDenseUpdateByTheLastSteps() {
        for (int memory : new int[] {1, 3, 20}) {
            LimitedMemoryBfgs rule = new LimitedMemoryBfgs(SIZE, memory);
            double[] gradient = uniform(SIZE, random);
            assertThat(chosen(rule, gradient)).isEqualTo(scale(-1, gradient));
            assertThat(rule.isScaled()).isFalse();
            List<Pair> pairs = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Pair pair = pair();
                pairs.add(pair);
                rule.learn(pair.step.clone(), pair.change.clone());
                assertThat(rule.isScaled()).isTrue();
                double[] w = scale(initialScale(pair), identity(SIZE));
                for (Pair kept : pairs.subList(Math.max(0, pairs.size() - memory), pairs.size())) {
                    w = updated(w, kept);
                }
                assertClose(
                        "%s, memory %d, step %d".formatted(WHERE, memory, i),
                        chosen(rule, gradient),
                        scale(-1, times(w, gradient)),
                        1e-11);
            }
            rule.restart();
            assertThat(chosen(rule, gradient)).isEqualTo(scale(-1, gradient));
            Pair pair = pair();
            rule.learn(pair.step, pair.change);
            assertClose(
                    "begun anew",
                    chosen(rule, gradient),
                    scale(-1, times(updated(scale(initialScale(pair), identity(SIZE)), pair), gradient)),
                    1e-12);
        }
    }

    @Test
    void stepsWithoutCurvatureTeachNothing() {
        double[] gradient = uniform(SIZE, random);
        for (SearchRule rule : List.of(new Bfgs(SIZE), new LimitedMemoryBfgs(SIZE, 3))) {
            Pair pair = pair();
            rule.learn(pair.step, scale(-1, pair.change));
            rule.learn(pair.step, new double[SIZE]);
            rule.learn(new double[SIZE], new double[SIZE]);
            rule.learn(scale(1e-200, pair.step), scale(1e-200, pair.change));
            assertThat(rule.isScaled()).isFalse();
            assertThat(chosen(rule, gradient)).isEqualTo(scale(-1, gradient));
            rule.learn(pair.step, pair.change);
            double[] learned = chosen(rule, gradient);
            rule.learn(pair.step, scale(-1, pair.change));
            assertThat(chosen(rule, gradient)).isEqualTo(learned);
        }
    }

    @Test
    void conjugateDirectionsFollowPolakAndRibiere() {
        ConjugateDirections rule = new ConjugateDirections(SIZE);
        double[] g0 = uniform(SIZE, random);
        double[] p0 = chosen(rule, g0);
        assertThat(p0).isEqualTo(scale(-1, g0));
        rule.learn(p0, g0);
        assertThat(rule.isScaled()).isFalse();
        double[] g1 = orthogonal(g0, 0.05);
        double beta = dot(g1, add(g1, scale(-1, g0))) / dot(g0, g0);
        assertThat(beta).as(WHERE).isPositive();
        double[] p1 = chosen(rule, g1);
        assertClose(WHERE, p1, add(scale(-1, g1), scale(beta, p0)), 1e-14);
        rule.restart();
        assertThat(chosen(rule, g0)).isEqualTo(scale(-1, g0));
    }

    /** A vector of norm 1 whose product with another is {@code overlap}. */
    private double[] orthogonal(double[] other, double overlap) {
        double[] vector = uniform(SIZE, random);
        double square = dot(other, other);
        vector = add(vector, scale(-dot(vector, other) / square, other));
        vector = scale(Math.sqrt(1 - overlap * overlap / square) / Dense.norm(vector), vector);
        return add(vector, scale(overlap / square, other));
    }

    @Test
    void conjugateDirectionsBeginAnewWhereTheyAreNotConjugate() {
        for (double overlap : new double[] {-0.3, -0.101, -0.099, 0.099, 0.101, 0.3}) {
            ConjugateDirections rule = new ConjugateDirections(SIZE);
            double[] g0 = scale(2, uniform(SIZE, random));
            double[] p0 = chosen(rule, g0);
            double[] g1 = orthogonal(g0, overlap);
            double beta = Math.abs(overlap) < 0.1 ? (1 - overlap) / dot(g0, g0) : 0;
            assertClose("overlap " + overlap, chosen(rule, g1), add(scale(-1, g1), scale(beta, p0)), 1e-13);
        }
    }

    @Test
    void conjugateDirectionsBeginAnewAfterAsManyStepsAsThereAreVariables() {
        ConjugateDirections rule = new ConjugateDirections(SIZE);
        double[] gradient = uniform(SIZE, random);
        for (int step = 0; step < 3 * SIZE; step++) {
            boolean steepest = Dense.error(chosen(rule, gradient), scale(-1, gradient)) < 1e-14;
            assertThat(steepest).as("step %d, %s", step, WHERE).isEqualTo(step % SIZE == 0);
            gradient = orthogonal(gradient, 0.01);
        }
    }

    @Test
    void aMemoryNeedsAStep() {
        assertThatThrownBy(() -> new LimitedMemoryBfgs(SIZE, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("memory must be at least 1: 0");
    }

    @Test
    void nothingIsAllocated() {
        double[] gradient = uniform(SIZE, random);
        double[] direction = new double[SIZE];
        Pair pair = pair();
        for (SearchRule rule : List.of(new Bfgs(SIZE), new LimitedMemoryBfgs(SIZE, 3), new ConjugateDirections(SIZE))) {
            assertThat(Allocations.during(1000, () -> {
                        rule.choose(gradient, direction);
                        rule.learn(pair.step, pair.change);
                    }))
                    .isZero();
        }
    }
}
