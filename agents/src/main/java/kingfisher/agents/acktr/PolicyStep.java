package kingfisher.agents.acktr;

import java.util.Map;
import java.util.Optional;
import kingfisher.agents.policy.ActorCritic;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.AcktrSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.FisherTargets;
import kingfisher.agents.settings.PpoSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.TrustRegionRule;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.kfac.CurvatureStatus;
import kingfisher.optim.kfac.FisherEstimator;
import kingfisher.optim.kfac.Kfac;
import kingfisher.optim.kfac.KfacSettings;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.kfac.NormConstraint;
import kingfisher.optim.kfac.NumericalFailureException;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.kfac.StepRule;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The step of the network with the policy: along an average d of preconditioned gradients, as long as the trust region
 * allows (Wu et al. 2017, section 3.3):
 *
 * <pre>
 *   q = -(F̂ + λI)⁻¹∇     d ← (1 - β)q + βd     Δ = ηd,   η = min(η_max, √(2δ / dᵀFd))
 * </pre>
 *
 * <p>with an exact product with the Fisher matrix F. As the momentum is in d, the bound is on the whole step. The other
 * rules are {@link TrustRegionRule#PRECONDITIONED}, where {@code q ← min(1, √(δ / -η_max² qᵀ∇)) q} and η = η_max as in
 * OpenAI's baselines, and {@link TrustRegionRule#ADAPTIVE_KL}, where η falls by 1.5 after a divergence of more than 2δ,
 * grows by 1.5 after one of less than δ/2, and q is bounded by 5δ. With {@link TrustRegionRule#PROXIMAL} there is no bound
 * and no momentum, {@code Δ = αq} with {@code α = -∇ᵀq / qᵀ(λ_FSP F + λ_WSP I)q}: the minimum along q of the linearised loss
 * with {@code λ_FSP KL + ½ λ_WSP ‖Δ‖²}, the divergence to second order (Grosse, "Second-Order Optimization", equation 10).
 *
 * <p>Whatever the rule, a step whose measured divergence is more than 5δ, or not finite, is halved until it is not, and
 * momentum starts anew; if ten halvings do not help, it is taken back.
 */
final class PolicyStep implements AutoCloseable {

    static final double EXCESS = 5;
    static final double COLD_MAXIMUM_NORM = 0.5;
    private static final int HALVINGS = 10;
    private static final int TOLERATED_REJECTIONS = 3;
    private static final double LEAST_RATE = 1e-8;
    private static final double LARGEST_RATE = 1;
    private static final double ADAPTATION = 1.5;
    private static final String REMEDY = "a smaller max-kl or a larger damping";

    private final Kfac kfac;
    private final ActorObjective objective;
    private final PolicyTerm policy;
    private final PredictedDivergence prediction;
    private final Rollout rollout;
    private final NetworkModel model;
    private final Backend backend;
    private final ParameterVector parameters;
    private final ParameterVector before;
    private final ParameterVector step;
    private final TrustRegionRule rule;
    private final double momentum;
    private final StepRule.Proximal proximal;
    private final int coldSteps;
    private final double coldRate;
    private double adaptiveRate;
    private long rejectionsInARow;

    /**
     * Makes the working memory.
     *
     * @param random draws the value's targets in a shared network
     * @param seed of the actions that the factors are sampled with
     * @param workers run the work inside a step
     */
    PolicyStep(
            Settings settings,
            ActorCritic actorCritic,
            Rollout rollout,
            UniformRandomProvider random,
            long seed,
            Workers workers) {
        int subsample = settings.get(AcktrSettings.COVARIANCE_SUBSAMPLE);
        this.rollout = rollout;
        this.model = actorCritic.policy().model(rollout.size(), workers);
        NetworkModel statistics = subsample == 1
                ? model
                : actorCritic.policy().model((rollout.size() + subsample - 1) / subsample, workers);
        this.policy = new PolicyTerm(
                rollout, model, actorCritic.distribution(), settings.get(AcktrSettings.GRADIENT_SUBSAMPLE));
        this.objective = new ActorObjective(
                rollout,
                policy,
                model,
                statistics,
                subsample,
                settings.get(AcktrSettings.FISHER),
                settings.get(CommonSettings.ENTROPY_COEFFICIENT),
                settings.get(CommonSettings.VALUE_COEFFICIENT),
                random);
        this.prediction = new PredictedDivergence(model, actorCritic.distribution());
        this.parameters = model.parameters();
        this.backend = parameters.backend();
        this.before = parameters.zerosLike();
        this.step = parameters.zerosLike();
        this.rule = settings.get(AcktrSettings.STEP_RULE);
        this.momentum = settings.get(CommonSettings.MOMENTUM);
        this.proximal = new StepRule.Proximal(
                settings.get(AcktrSettings.FUNCTION_PROXIMITY), settings.get(PpoSettings.WEIGHT_PROXIMITY));
        this.coldSteps = settings.get(AcktrSettings.COLD_STEPS);
        this.coldRate = settings.get(AcktrSettings.COLD_LEARNING_RATE);
        this.adaptiveRate = settings.get(CommonSettings.LEARNING_RATE);
        this.kfac = new Kfac(
                kfacSettings(settings),
                statistics,
                model,
                PredictedDivergence.metrics(
                        model, actorCritic.distribution(), settings.get(AcktrSettings.VALUE_FISHER_COEFFICIENT)),
                seed,
                workers);
    }

    private static KfacSettings kfacSettings(Settings settings) {
        FisherEstimator estimator = settings.get(AcktrSettings.FISHER) == FisherTargets.SAMPLED
                ? FisherEstimator.SAMPLED
                : FisherEstimator.EMPIRICAL;
        KroneckerSettings curvature = KroneckerSettings.defaults()
                .withEstimator(estimator)
                .withFactorDecay(settings.get(AcktrSettings.FACTOR_DECAY))
                .withPeriods(
                        settings.get(AcktrSettings.COVARIANCE_PERIOD),
                        settings.get(AcktrSettings.DECOMPOSITION_PERIOD),
                        1)
                .withExecution(settings.get(AcktrSettings.DECOMPOSITION_EXECUTION), 1);
        return KfacSettings.defaults()
                .withCurvature(curvature)
                .withRule(new StepRule.Averaged(settings.get(CommonSettings.LEARNING_RATE), 0), Optional.empty())
                .withConstantDamping(settings.get(AcktrSettings.DAMPING));
    }

    /**
     * Moves the parameters.
     *
     * @param shift subtracted from each of the rollout's advantages
     * @param scale by which each is then multiplied
     * @param bound δ
     * @param scheduledRate η_max where it does not adapt
     * @throws NonFiniteException if the gradient, the factors or the step are not finite, or steps had to be taken back too
     *     often in a row; the parameters are as before then
     */
    StepOutcome run(double shift, double scale, double bound, double scheduledRate) {
        double rate = rule == TrustRegionRule.ADAPTIVE_KL ? adaptiveRate : scheduledRate;
        objective.normalize(shift, scale);
        backend.copy(parameters.values(), before.values());
        StepReport report = step(rate, bound);
        backend.copy(parameters.values(), step.values());
        backend.addScaled(-1, before.values(), step.values());
        double loss = policy.logLikelihoodLoss();
        double entropy = policy.oldEntropy();
        // a bound on the policy's own divergence has measured it already
        double predicted =
                rule == TrustRegionRule.EXACT && model.heads() == 1 ? 0.5 * report.squaredNorm() : predicted();
        double share = keepWithin(EXCESS * bound);
        adapt(bound);
        return new StepOutcome(
                loss,
                entropy,
                report.gradientNorm(),
                report.rate(),
                share * report.clip(),
                share * share * predicted,
                share > 0 ? policy.divergence() : 0,
                share > 0 ? policy.improvement() : 0);
    }

    private StepReport step(double rate, double bound) {
        boolean cold = kfac.curvature().status().step() < coldSteps;
        StepRule own = rule == TrustRegionRule.PROXIMAL ? proximal : new StepRule.Averaged(rate, momentum);
        Optional<NormConstraint> constraint = switch (rule) {
            case EXACT -> Optional.of(new NormConstraint(2 * bound, NormConstraint.Measure.EXACT_STEP));
            case PRECONDITIONED -> Optional.of(new NormConstraint(bound, NormConstraint.Measure.PRECONDITIONED));
            case ADAPTIVE_KL -> Optional.of(new NormConstraint(EXCESS * bound, NormConstraint.Measure.PRECONDITIONED));
            case PROXIMAL -> Optional.empty();
        };
        try {
            return kfac.step(objective, cold ? new StepRule.Gradient(coldRate, COLD_MAXIMUM_NORM) : own, constraint);
        } catch (NumericalFailureException failure) {
            throw NonFiniteException.ofLearning("the policy's network: " + failure.getMessage(), REMEDY);
        }
    }

    /** The prediction is made where the step began. */
    private double predicted() {
        backend.copy(before.values(), parameters.values());
        model.forward(rollout.observations());
        return prediction.of(step);
    }

    /** Takes as much of the step as keeps the divergence within a limit, and returns how much that is. */
    private double keepWithin(double limit) {
        double share = 1;
        for (int halvings = 0; halvings <= HALVINGS; halvings++) {
            backend.copy(before.values(), parameters.values());
            backend.addScaled(share, step.values(), parameters.values());
            policy.evaluate();
            if (policy.divergence() <= limit
                    && Double.isFinite(policy.improvement())
                    && backend.isFinite(parameters.values())) {
                if (halvings > 0) {
                    kfac.dropMomentum();
                }
                rejectionsInARow = 0;
                return share;
            }
            share /= 2;
        }
        backend.copy(before.values(), parameters.values());
        kfac.dropMomentum();
        if (++rejectionsInARow > TOLERATED_REJECTIONS) {
            throw NonFiniteException.ofLearning(
                    "the divergence of the policy after the shortest of its steps", policy.divergence(), REMEDY);
        }
        return 0;
    }

    private void adapt(double bound) {
        if (rule != TrustRegionRule.ADAPTIVE_KL) {
            return;
        }
        if (policy.divergence() > 2 * bound) {
            adaptiveRate = Math.max(LEAST_RATE, adaptiveRate / ADAPTATION);
        } else if (policy.divergence() < bound / 2) {
            adaptiveRate = Math.min(LARGEST_RATE, adaptiveRate * ADAPTATION);
        }
    }

    /** Mean squared error of the value head of a shared network before the step. */
    double valueLoss() {
        return objective.valueLoss();
    }

    CurvatureStatus status() {
        return kfac.curvature().status();
    }

    double adaptiveRate() {
        return adaptiveRate;
    }

    long rejectionsInARow() {
        return rejectionsInARow;
    }

    void restore(double rate, long rejections) {
        adaptiveRate = rate;
        rejectionsInARow = rejections;
    }

    Map<String, double[]> state() {
        return kfac.state();
    }

    void restore(Map<String, double[]> state) {
        kfac.restore(state);
    }

    @Override
    public void close() {
        kfac.close();
    }
}
