package kingfisher.agents.settings;

import static kingfisher.agents.settings.ValueFormats.choice;
import static kingfisher.agents.settings.ValueFormats.integer;
import static kingfisher.agents.settings.ValueFormats.optional;
import static kingfisher.agents.settings.ValueFormats.real;

import java.util.List;
import java.util.Optional;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.kfac.Execution;

/**
 * The settings that ACKTR adds.
 *
 * <p>Defaults are those of the continuous ACKTR of OpenAI's baselines (branch old_acktr_cont) where the setting means the
 * same there.
 */
public final class AcktrSettings {

    /** How the policy's step is kept in its trust region. */
    public static final Setting<TrustRegionRule> STEP_RULE = Setting.of(
            "step-rule",
            TrustRegionRule.EXACT,
            choice(TrustRegionRule.class),
            "What bounds a policy step: its exact predicted divergence, the preconditioned gradient's inner product, a"
                    + " learning rate that follows the divergence, or penalties on divergence and weights.");

    /** The λ_FSP of proximal steps. */
    public static final Setting<Double> FUNCTION_PROXIMITY = Setting.of(
            "function-proximity",
            1.0,
            real(Interval.positive()),
            "Weight λ of λ · KL(old ‖ new), to second order, that decides with weight-proximity how long a proximal policy"
                    + " step is.");

    /** With which actions the policy's factors are made. */
    public static final Setting<FisherTargets> FISHER = Setting.of(
            "fisher",
            FisherTargets.SAMPLED,
            choice(FisherTargets.class),
            "Whether the policy's factors are of actions drawn anew, the true Fisher matrix, or of those taken.");

    /** The λ of the policy's F̂ + λI. */
    public static final Setting<Double> DAMPING = Setting.of(
            "damping", 0.01, real(Interval.positive()), "Added to the eigenvalues of the policy's curvature.");

    /** What the policy's factors keep. */
    public static final Setting<Double> FACTOR_DECAY = Setting.of(
            "factor-decay",
            0.95,
            real(Interval.closedOpen(0, 1)),
            "What the policy's Kronecker factors keep of their averages at each update.");

    /** How often factors are updated. */
    public static final Setting<Integer> COVARIANCE_PERIOD = Setting.of(
            "covariance-period", 1, integer(1), "Policy steps from one update of the Kronecker factors to the next.");

    /** How often factors are decomposed. */
    public static final Setting<Integer> DECOMPOSITION_PERIOD = Setting.of(
            "decomposition-period",
            1,
            integer(1),
            "Policy steps from one decomposition of the factors to the next; at least covariance-period.");

    /** On which thread factors are decomposed. */
    public static final Setting<Execution> DECOMPOSITION_EXECUTION = Setting.of(
            "decomposition-execution",
            Execution.SYNCHRONOUS,
            choice(Execution.class),
            "Where factors are averaged and decomposed: in the step, or beside steps and rollouts, to count one step later"
                    + " or as soon as they are ready (which no longer gives one seed the same bytes).");

    /** Which part of the samples the gradient is from. */
    public static final Setting<Integer> GRADIENT_SUBSAMPLE = Setting.of(
            "gradient-subsample", 1, integer(1), "The policy's gradient is of every so many-th sample of a rollout.");

    /** Which part of the samples the factors are from. */
    public static final Setting<Integer> COVARIANCE_SUBSAMPLE = Setting.of(
            "covariance-subsample",
            1,
            integer(1),
            "The policy's Kronecker factors are of every so many-th sample of a rollout.");

    /** For how many steps the policy follows its gradient. */
    public static final Setting<Integer> COLD_STEPS = Setting.of(
            "cold-steps",
            0,
            integer(0),
            "Policy steps at first that follow the gradient itself, cut to the norm 0.5, while factors gather.");

    /** The learning rate of the first steps. */
    public static final Setting<Double> COLD_LEARNING_RATE = Setting.of(
            "cold-learning-rate", 0.003, real(Interval.positive()), "Learning rate of the policy's cold steps.");

    /** How many steps the value network takes. */
    public static final Setting<Integer> CRITIC_UPDATES =
            Setting.of("critic-updates", 25, integer(0), "Steps of a separate value network in an update.");

    /** From how many samples a gradient of the value network is. */
    public static final Setting<Optional<Integer>> CRITIC_MINIBATCH_SIZE = Setting.of(
            "critic-minibatch-size",
            Optional.empty(),
            optional("none", integer(1)),
            "Samples of a step of the value network, drawn anew each time; none: the whole rollout.");

    /** How long the value network's steps are. */
    public static final Setting<CriticStepRule> CRITIC_STEP_RULE = Setting.of(
            "critic-step-rule",
            CriticStepRule.EXACT,
            choice(CriticStepRule.class),
            "Whether the value network's rate and momentum minimize the exact quadratic model, or are given and bounded.");

    /** The learning rate of the value network. */
    public static final Setting<Double> CRITIC_LEARNING_RATE = Setting.of(
            "critic-learning-rate",
            0.03,
            real(Interval.positive()),
            "Learning rate of the value network where its steps are bounded.");

    /** The bound on the value network's steps. */
    public static final Setting<Double> CRITIC_CLIP = Setting.of(
            "critic-clip",
            0.3,
            real(Interval.positive()),
            "Largest mean squared change of the values by a bounded step, as the value network's factors predict it.");

    /** The λ of the value network's F̂ + λI. */
    public static final Setting<Double> CRITIC_DAMPING = Setting.of(
            "critic-damping",
            0.1,
            real(Interval.positive()),
            "Added to the eigenvalues of the value network's curvature.");

    /** What the value network's factors keep. */
    public static final Setting<Double> CRITIC_FACTOR_DECAY = Setting.of(
            "critic-factor-decay",
            0.95,
            real(Interval.closedOpen(0, 1)),
            "What the value network's Kronecker factors keep of their averages at each update.");

    /** How often the value network's factors are updated. */
    public static final Setting<Integer> CRITIC_COVARIANCE_PERIOD = Setting.of(
            "critic-covariance-period",
            5,
            integer(1),
            "Steps of the value network from one update of its Kronecker factors to the next.");

    /** How often the value network's factors are decomposed. */
    public static final Setting<Integer> CRITIC_DECOMPOSITION_PERIOD = Setting.of(
            "critic-decomposition-period",
            5,
            integer(1),
            "Steps of the value network from one decomposition to the next; at least critic-covariance-period.");

    /** The weight decay of the value network. */
    public static final Setting<Double> CRITIC_WEIGHT_DECAY = Setting.of(
            "critic-weight-decay",
            0.0,
            real(Interval.atLeast(0)),
            "Weight η of ½η‖w‖² in the value network's loss, which is counted in its curvature too.");

    /** For how many steps the value network follows its gradient. */
    public static final Setting<Integer> CRITIC_COLD_STEPS = Setting.of(
            "critic-cold-steps",
            0,
            integer(0),
            "Steps of the value network at first that follow the gradient itself, cut to the norm 0.5.");

    /** The learning rate of the value network's first steps. */
    public static final Setting<Double> CRITIC_COLD_LEARNING_RATE = Setting.of(
            "critic-cold-learning-rate",
            0.001,
            real(Interval.positive()),
            "Learning rate of the value network's cold steps.");

    /** The weight of the value's Fisher matrix in a shared network. */
    public static final Setting<Double> VALUE_FISHER_COEFFICIENT = Setting.of(
            "value-fisher-coefficient",
            1.0,
            real(Interval.positive()),
            "Weight of the value's Fisher matrix, that of a normal variable of variance 1, in a shared network's.");

    static final SettingGroup GROUP = SettingGroup.of(
            "ACKTR",
            TrpoSettings.MAX_KL,
            TrpoSettings.MAX_KL_SCHEDULE,
            STEP_RULE,
            FUNCTION_PROXIMITY,
            PpoSettings.WEIGHT_PROXIMITY,
            CommonSettings.LEARNING_RATE,
            CommonSettings.LEARNING_RATE_SCHEDULE,
            CommonSettings.MOMENTUM,
            FISHER,
            DAMPING,
            FACTOR_DECAY,
            COVARIANCE_PERIOD,
            DECOMPOSITION_PERIOD,
            DECOMPOSITION_EXECUTION,
            GRADIENT_SUBSAMPLE,
            COVARIANCE_SUBSAMPLE,
            COLD_STEPS,
            COLD_LEARNING_RATE,
            CommonSettings.ENTROPY_COEFFICIENT,
            A2cSettings.NORMALIZE_ADVANTAGES);

    static final SettingGroup CRITIC = SettingGroup.of(
            "ACKTR's critic",
            CRITIC_UPDATES,
            CRITIC_MINIBATCH_SIZE,
            CRITIC_STEP_RULE,
            CRITIC_LEARNING_RATE,
            CRITIC_CLIP,
            CRITIC_DAMPING,
            CRITIC_FACTOR_DECAY,
            CRITIC_COVARIANCE_PERIOD,
            CRITIC_DECOMPOSITION_PERIOD,
            CRITIC_WEIGHT_DECAY,
            CRITIC_COLD_STEPS,
            CRITIC_COLD_LEARNING_RATE,
            CommonSettings.VALUE_COEFFICIENT,
            VALUE_FISHER_COEFFICIENT);

    static final AlgorithmSettings ALGORITHM = new AlgorithmSettings(
            "acktr",
            SettingSet.of(CommonSettings.SAMPLING, CommonSettings.NETWORKS, GROUP, CRITIC, CommonSettings.RUN)
                    .withDefault(CommonSettings.ROLLOUT_STEPS, 2500)
                    .withDefault(CommonSettings.GAE_LAMBDA, 0.97)
                    .withDefault(CommonSettings.CRITIC_ACTIVATION, Optional.of(Activation.ELU))
                    .withDefault(CommonSettings.LEARNING_RATE, 0.25)
                    .withDefault(CommonSettings.MOMENTUM, 0.9)
                    .withDefault(TrpoSettings.MAX_KL, 0.002)
                    .withDefault(A2cSettings.NORMALIZE_ADVANTAGES, AdvantageNormalization.BATCH),
            AcktrSettings::check);

    private AcktrSettings() {}

    /**
     * Checks what no single setting can: that the values fit each other.
     *
     * @throws InvalidInputException if they do not
     */
    static void check(Settings settings) {
        CommonSettings.check(settings);
        CommonSettings.checkSharing(settings);
        long samples = CommonSettings.samples(settings);
        if (settings.get(A2cSettings.NORMALIZE_ADVANTAGES) == AdvantageNormalization.BATCH && samples < 2) {
            throw settings.wrong(
                    CommonSettings.ROLLOUT_STEPS,
                    "environments × rollout-steps must be at least 2, as advantages are normalized over both");
        }
        for (Setting<Integer> subsample : List.of(GRADIENT_SUBSAMPLE, COVARIANCE_SUBSAMPLE)) {
            if (settings.get(subsample) > samples) {
                throw settings.wrong(
                        subsample, subsample.key() + " must be at most " + samples + " (environments × rollout-steps)");
            }
        }
        if (settings.get(CRITIC_MINIBATCH_SIZE).orElse(1) > samples) {
            throw settings.wrong(
                    CRITIC_MINIBATCH_SIZE,
                    "critic-minibatch-size must be at most " + samples + " (environments × rollout-steps)");
        }
        requirePeriods(settings, COVARIANCE_PERIOD, DECOMPOSITION_PERIOD);
        requirePeriods(settings, CRITIC_COVARIANCE_PERIOD, CRITIC_DECOMPOSITION_PERIOD);
    }

    private static void requirePeriods(
            Settings settings, Setting<Integer> covariances, Setting<Integer> decompositions) {
        int least = settings.get(covariances);
        if (settings.get(decompositions) < least) {
            throw settings.wrong(
                    decompositions,
                    decompositions.key() + " must be at least " + least + " (" + covariances.key() + ")");
        }
    }
}
