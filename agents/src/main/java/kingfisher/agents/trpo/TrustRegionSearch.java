package kingfisher.agents.trpo;

import java.util.Arrays;
import java.util.stream.IntStream;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.TrpoSettings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.linear.Vectors;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.solver.ConjugateGradient;
import kingfisher.optim.solver.ConjugateGradientResult;
import kingfisher.optim.solver.ConjugateGradientSettings;
import kingfisher.optim.solver.StopReason;
import org.jspecify.annotations.Nullable;

/**
 * One step of a policy in the trust region {@code mean KL ≤ δ} (Schulman et al. 2015, "Trust region policy optimization",
 * appendix C):
 *
 * <pre>
 *   (F + λI) x = ∇        Δ = √(2δ / xᵀ(F + λI)x) x        w ← w + s^j Δ
 * </pre>
 *
 * <p>with the Fisher matrix F of the policy, products with which are exact, and the first j = 0, 1, … for which the
 * surrogate rises and the divergence is within δ. If there is none, the parameters are what they were, bit for bit. So
 * they are if there is no gradient, or no curvature along x.
 */
final class TrustRegionSearch {

    private static final String REMEDY = "a smaller max-kl or a larger cg-damping";

    private final Rollout rollout;
    private final PolicyObjective objective;
    private final Passes passes;
    private final Matrix fisherObservations;
    private final int[] fisherRows;
    private final Runnable[] fisherForward;
    private final LinearOperator damped;
    private final ConjugateGradient conjugateGradient;
    private final @Nullable FisherPreconditioner preconditioner;
    private final Backend backend;
    private final ParameterVector parameters;
    private final ParameterVector oldParameters;
    private final ParameterVector direction;
    private final double[] gradient;
    private final double[] solution;
    private final double[] product;
    private final double damping;
    private final boolean dampingInBound;
    private final int lineSearchSteps;
    private final double shrink;

    /**
     * Makes the working memory.
     *
     * @param network the policy's
     * @param passes run what is over samples
     */
    TrustRegionSearch(
            Settings settings,
            Rollout rollout,
            PolicyValueNetwork network,
            Distribution distribution,
            @Nullable FisherPreconditioner preconditioner,
            Passes passes) {
        this.rollout = rollout;
        this.passes = passes;
        this.preconditioner = preconditioner;
        this.parameters = network.parameters();
        this.backend = parameters.backend();
        this.objective = new PolicyObjective(
                passes,
                rollout,
                network,
                distribution,
                settings.get(TrpoSettings.KL_DIRECTION),
                settings.get(TrpoSettings.GRADIENT_SUBSAMPLE));
        int every = settings.get(TrpoSettings.FISHER_SUBSAMPLE);
        int fisherSize = (rollout.size() + every - 1) / every;
        this.fisherRows = new int[every == 1 ? 0 : fisherSize];
        Arrays.setAll(fisherRows, i -> i * every);
        NetworkModel[][] models;
        if (every == 1) {
            this.fisherObservations = rollout.observations();
            models = objective.models();
            this.fisherForward = new Runnable[0];
        } else {
            this.fisherObservations =
                    backend.allocate(fisherSize, rollout.observations().columns());
            Pieces parts = Passes.parts(backend, fisherSize);
            models = new NetworkModel[parts.count()][];
            Matrix[][] inputs = new Matrix[parts.count()][];
            for (int p = 0; p < parts.count(); p++) {
                Pieces blocks = Passes.blocks(backend, parts, p);
                models[p] = Passes.models(blocks, network);
                inputs[p] = IntStream.range(0, blocks.count())
                        .mapToObj(block -> fisherObservations.rowRange(blocks.first(block), blocks.size(block)))
                        .toArray(Matrix[]::new);
            }
            this.fisherForward = passes.of(parts.count(), part -> {
                for (int b = 0; b < models[part].length; b++) {
                    models[part][b].forward(inputs[part][b]);
                }
            });
        }
        this.damping = settings.get(TrpoSettings.CG_DAMPING);
        this.damped = new DampedOperator(new FisherMatrix(passes, models, distribution), damping);
        int size = parameters.layout().size();
        this.conjugateGradient = new ConjugateGradient(
                size,
                ConjugateGradientSettings.exact(
                        settings.get(TrpoSettings.CG_ITERATIONS), settings.get(TrpoSettings.CG_TOLERANCE)));
        this.oldParameters = parameters.zerosLike();
        this.direction = parameters.zerosLike();
        this.gradient = new double[size];
        this.solution = new double[size];
        this.product = new double[size];
        this.dampingInBound = settings.get(TrpoSettings.DAMPING_IN_BOUND);
        this.lineSearchSteps = settings.get(TrpoSettings.LINE_SEARCH_STEPS);
        this.shrink = settings.get(TrpoSettings.LINE_SEARCH_SHRINK);
    }

    /**
     * Moves the policy's parameters.
     *
     * @param shift subtracted from each of the rollout's advantages
     * @param scale by which each is then multiplied
     * @param bound δ
     * @throws NonFiniteException if the gradient, a product or an unsearched step is not finite; the parameters are as
     *     before then
     */
    SearchOutcome run(double shift, double scale, double bound) {
        backend.download(objective.begin(shift, scale).values(), gradient);
        double gradientNorm = Vectors.norm(gradient);
        if (!Double.isFinite(gradientNorm)) {
            throw NonFiniteException.ofLearning("the gradient norm of the policy's surrogate", gradientNorm, REMEDY);
        }
        if (gradientNorm == 0) {
            return SearchOutcome.none(0, 0, 0);
        }
        int iterations = solve().iterations();
        damped.apply(solution, product);
        double residual = residual() / gradientNorm;
        double dampedNorm = Vectors.dot(solution, product);
        double fisherNorm = dampedNorm - damping * Vectors.dot(solution, solution);
        double measured = dampingInBound ? dampedNorm : fisherNorm;
        if (!(measured > 0)) {
            return SearchOutcome.none(gradientNorm, iterations, residual);
        }
        double length = Math.sqrt(2 * bound / measured);
        backend.upload(solution, direction.values());
        backend.copy(parameters.values(), oldParameters.values());
        double fraction = lineSearchSteps == 0 ? takeWhole(length) : search(length, bound);
        return new SearchOutcome(
                gradientNorm,
                iterations,
                residual,
                0.5 * length * length * fisherNorm,
                length * Vectors.dot(gradient, solution),
                fraction,
                fraction > 0 ? objective.improvement() : 0,
                fraction > 0 ? objective.divergence() : 0);
    }

    double oldEntropy() {
        return objective.oldEntropy();
    }

    private ConjugateGradientResult solve() {
        if (fisherRows.length > 0) {
            backend.gatherRows(rollout.observations(), fisherRows, 0, fisherObservations);
            passes.run(fisherForward);
        }
        Arrays.fill(solution, 0);
        ConjugateGradientResult result = preconditioner == null
                ? conjugateGradient.solve(damped, gradient, solution)
                : conjugateGradient.solve(
                        damped, preconditioner.prepare(fisherObservations, damping), gradient, solution);
        if (result.reason() == StopReason.NOT_FINITE) {
            throw NonFiniteException.ofLearning("a product with the policy's Fisher matrix", Double.NaN, REMEDY);
        }
        return result;
    }

    /** ‖∇ - (F + λI)x‖, from the product that scaled the step. */
    private double residual() {
        double sum = 0;
        for (int i = 0; i < gradient.length; i++) {
            double difference = gradient[i] - product[i];
            sum += difference * difference;
        }
        return Math.sqrt(sum);
    }

    private double takeWhole(double length) {
        move(length);
        objective.evaluate();
        requireFinite("the divergence of the policy", objective.divergence());
        requireFinite("the gain of the policy's surrogate", objective.improvement());
        requireFinite("the squared norm of the policy's parameters", squaredNorm());
        return 1;
    }

    private double search(double length, double bound) {
        double fraction = 1;
        for (int attempt = 0; attempt < lineSearchSteps; attempt++) {
            move(fraction * length);
            objective.evaluate();
            if (objective.improvement() > 0 && objective.divergence() <= bound && Double.isFinite(squaredNorm())) {
                return fraction;
            }
            fraction *= shrink;
        }
        restore();
        return 0;
    }

    private void requireFinite(String quantity, double value) {
        if (!Double.isFinite(value)) {
            restore();
            throw NonFiniteException.ofLearning(quantity + " after a step without a line search", value, REMEDY);
        }
    }

    private double squaredNorm() {
        return backend.dot(parameters.values(), parameters.values());
    }

    private void move(double length) {
        restore();
        backend.addScaled(length, direction.values(), parameters.values());
    }

    private void restore() {
        backend.copy(oldParameters.values(), parameters.values());
    }
}
