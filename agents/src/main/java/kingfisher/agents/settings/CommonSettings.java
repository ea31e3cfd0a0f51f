package kingfisher.agents.settings;

import static kingfisher.agents.settings.ValueFormats.choice;
import static kingfisher.agents.settings.ValueFormats.integer;
import static kingfisher.agents.settings.ValueFormats.integerList;
import static kingfisher.agents.settings.ValueFormats.optional;
import static kingfisher.agents.settings.ValueFormats.real;
import static kingfisher.agents.settings.ValueFormats.truth;
import static kingfisher.agents.settings.ValueFormats.wholeNumber;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.optimizer.RmsPropForm;

/** The settings that all algorithms share: sampling, networks, first-order optimization, the run. */
public final class CommonSettings {
    private static final String NONE = "none";
    private static final String AUTOMATIC = "auto";
    private static final int INTERVALS_IN_A_RUN = 10;

    /** How many environments step side by side. */
    public static final Setting<Integer> ENVIRONMENTS =
            Setting.of("environments", 1, integer(1), "Environments that are stepped side by side.");

    /** In how many groups the environments step. */
    public static final Setting<Integer> ENVIRONMENT_GROUPS = Setting.of(
            "environment-groups",
            1,
            integer(1, 2),
            "Groups of environments; with 2 the policy acts for one while the other steps.");

    /** How many steps of each environment an update sees. */
    public static final Setting<Integer> ROLLOUT_STEPS =
            Setting.of("rollout-steps", 2048, integer(1), "Steps of each environment between two updates.");

    /** The discount γ. */
    public static final Setting<Double> DISCOUNT = Setting.of(
            "discount", 0.99, real(Interval.closed(0, 1)), "Discount of the reward that is one step further away.");

    /** The λ of generalized advantage estimation (Schulman et al. 2016). */
    public static final Setting<Double> GAE_LAMBDA = Setting.of(
            "gae-lambda",
            0.95,
            real(Interval.closed(0, 1)),
            "Weight of longer returns in the advantage: 0 is one step, 1 is the whole return.");

    /** Whether an episode that a time limit cut is worth the value of where it stopped. */
    public static final Setting<Boolean> TRUNCATION_BOOTSTRAP = Setting.of(
            "truncation-bootstrap",
            true,
            truth(),
            "Whether an episode cut by a limit goes on, for the return, with the value of its last observation.");

    /** Whether observations are shifted and scaled by their running mean and deviation. */
    public static final Setting<Boolean> NORMALIZE_OBSERVATIONS = Setting.of(
            "normalize-observations",
            false,
            truth(),
            "Whether observations are shifted and scaled by their running mean and standard deviation.");

    /** Whether rewards are scaled by the running deviation of the discounted return. */
    public static final Setting<Boolean> NORMALIZE_REWARDS = Setting.of(
            "normalize-rewards",
            false,
            truth(),
            "Whether rewards are scaled by the running standard deviation of the discounted return.");

    /** The bound of a normalized observation. */
    public static final Setting<Double> CLIP_OBSERVATIONS = Setting.of(
            "clip-observations",
            10.0,
            real(Interval.positive()),
            "Largest magnitude of a normalized observation; without normalization nothing is clipped.");

    /** The bound of a normalized reward. */
    public static final Setting<Double> CLIP_REWARDS = Setting.of(
            "clip-rewards",
            10.0,
            real(Interval.positive()),
            "Largest magnitude of a normalized reward; without normalization nothing is clipped.");

    /** Whether networks see the step before as well. */
    public static final Setting<Boolean> PREVIOUS_OBSERVATION = Setting.of(
            "previous-observation",
            false,
            truth(),
            "Whether networks see the observation of the step before behind the current one; zeros at an episode's start.");

    /** The widths of the policy's hidden layers. */
    public static final Setting<List<Integer>> HIDDEN =
            Setting.of("hidden", List.of(64, 64), integerList(1), "Widths of the hidden layers.");

    /** The widths of the value network's hidden layers, where they differ. */
    public static final Setting<Optional<List<Integer>>> CRITIC_HIDDEN = Setting.of(
            "critic-hidden",
            Optional.empty(),
            optional(NONE, integerList(1)),
            "Widths of the value network's hidden layers; none: those of hidden.");

    /** Whether the value network sees what only it may. */
    public static final Setting<Boolean> CRITIC_TIME_STEP = Setting.of(
            "critic-time-step",
            false,
            truth(),
            "Whether the value network sees, behind what the policy sees, the policy's distribution and the time in the"
                    + " episode.");

    /** The unit of the time that the value network sees. */
    public static final Setting<Double> CRITIC_TIME_DIVISOR = Setting.of(
            "critic-time-divisor",
            10.0,
            real(Interval.positive()),
            "What the steps since the episode's start are divided by, where critic-time-step is true.");

    /** The nonlinearity of the hidden layers. */
    public static final Setting<Activation> ACTIVATION =
            Setting.of("activation", Activation.TANH, choice(Activation.class), "Nonlinearity of the hidden layers.");

    /** The nonlinearity of the value network's hidden layers, where it differs. */
    public static final Setting<Optional<Activation>> CRITIC_ACTIVATION = Setting.of(
            "critic-activation",
            Optional.empty(),
            optional(NONE, choice(Activation.class)),
            "Nonlinearity of the value network's hidden layers; none: that of activation.");

    /** Whether policy and value are two heads of one network. */
    public static final Setting<Boolean> SHARED_NETWORK = Setting.of(
            "shared-network", false, truth(), "Whether policy and value are two heads on the same hidden layers.");

    /** The logarithm of the standard deviation with which a Gaussian policy starts. */
    public static final Setting<Double> INITIAL_LOG_STD = Setting.of(
            "initial-log-std",
            0.0,
            real(Interval.closed(-20, 10)),
            "Logarithm of the standard deviation with which a Gaussian policy starts.");

    /** How weights start. */
    public static final Setting<Initialization> INITIALIZATION = Setting.of(
            "initialization",
            Initialization.ORTHOGONAL,
            choice(Initialization.class),
            "How weights start: orthogonal with zero biases, or evenly from ±1/√inputs as in PyTorch.");

    /** The gain of the policy's output layer at the start. */
    public static final Setting<Double> POLICY_OUTPUT_GAIN = Setting.of(
            "policy-output-gain",
            0.01,
            real(Interval.atLeast(0)),
            "Gain of the orthogonal weights with which the policy's output layer starts; unused if they are uniform.");

    /** The learning rate at the start. */
    public static final Setting<Double> LEARNING_RATE =
            Setting.of("learning-rate", 3e-4, real(Interval.positive()), "Learning rate at the start.");

    /** The way of the learning rate over the run. */
    public static final Setting<ScheduleKind> LEARNING_RATE_SCHEDULE = Setting.of(
            "learning-rate-schedule",
            ScheduleKind.CONSTANT,
            choice(ScheduleKind.class),
            "Whether the learning rate stays, or falls in a line to 0 at the end of the run.");

    /** The rule that turns a gradient into a step. */
    public static final Setting<OptimizerKind> OPTIMIZER = Setting.of(
            "optimizer", OptimizerKind.ADAM, choice(OptimizerKind.class), "Rule that turns a gradient into a step.");

    /** The ε of Adam and RMSProp. */
    public static final Setting<Double> OPTIMIZER_EPSILON = Setting.of(
            "optimizer-epsilon",
            1e-5,
            real(Interval.positive()),
            "Added to the root of the second moment by adam and rmsprop, or under it where rmsprop-form says so.");

    /** Which RMSProp is meant. */
    public static final Setting<RmsPropForm> RMSPROP_FORM = Setting.of(
            "rmsprop-form",
            RmsPropForm.TORCH,
            choice(RmsPropForm.class),
            "RMSProp as in PyTorch, or as in TensorFlow 1: epsilon under the root, the second moment starting at 1.");

    /** The decay of RMSProp's second moment. */
    public static final Setting<Double> RMSPROP_DECAY = Setting.of(
            "rmsprop-decay",
            0.99,
            real(Interval.closedOpen(0, 1)),
            "What rmsprop keeps of its second moment at each step.");

    /** The momentum of gradient descent and of natural gradients. */
    public static final Setting<Double> MOMENTUM = Setting.of(
            "momentum",
            0.0,
            real(Interval.closedOpen(0, 1)),
            "What sgd keeps of its last step at each step, and acktr of its average direction.");

    /** The bound of the global gradient norm. */
    public static final Setting<Optional<Double>> MAX_GRADIENT_NORM = Setting.of(
            "max-gradient-norm",
            Optional.of(0.5),
            optional(NONE, real(Interval.positive())),
            "Norm to which the gradient over all parameters is scaled down where it is longer.");

    /** The weight of the entropy bonus, where an algorithm has one. */
    public static final Setting<Double> ENTROPY_COEFFICIENT =
            Setting.of("entropy-coefficient", 0.0, real(Interval.atLeast(0)), "Weight of the entropy bonus.");

    /** The weight of the value loss, where it is part of one objective. */
    public static final Setting<Double> VALUE_COEFFICIENT =
            Setting.of("value-coefficient", 0.5, real(Interval.atLeast(0)), "Weight of the value loss.");

    /** How many environment steps the run takes. */
    public static final Setting<Long> STEPS =
            Setting.of("steps", 1_000_000L, wholeNumber(1), "Environment steps of the run.");

    /** The environment steps between two evaluations. */
    public static final Setting<Optional<Long>> EVALUATION_INTERVAL = Setting.of(
            "evaluation-interval",
            Optional.empty(),
            optional(AUTOMATIC, wholeNumber(0)),
            "Environment steps between two evaluations; auto: a tenth of the run, 0: none on the way.");

    /** The episodes of each evaluation on the way. */
    public static final Setting<Integer> EVALUATION_EPISODES =
            Setting.of("evaluation-episodes", 10, integer(1), "Episodes of each evaluation on the way.");

    /** The environment steps between two checkpoints. */
    public static final Setting<Optional<Long>> CHECKPOINT_INTERVAL = Setting.of(
            "checkpoint-interval",
            Optional.empty(),
            optional(AUTOMATIC, wholeNumber(0)),
            "Environment steps between two checkpoints; auto: a tenth of the run, 0: only at both ends.");

    /** The mean return of an evaluation at which the run is done. */
    public static final Setting<Optional<Double>> STOP_AT_RETURN = Setting.of(
            "stop-at-return",
            Optional.empty(),
            optional(NONE, real(Interval.any())),
            "Mean return at which an evaluation on the way ends the run.");

    static final SettingGroup SAMPLING = SettingGroup.of(
            "sampling",
            ENVIRONMENTS,
            ENVIRONMENT_GROUPS,
            ROLLOUT_STEPS,
            DISCOUNT,
            GAE_LAMBDA,
            TRUNCATION_BOOTSTRAP,
            NORMALIZE_OBSERVATIONS,
            NORMALIZE_REWARDS,
            CLIP_OBSERVATIONS,
            CLIP_REWARDS,
            PREVIOUS_OBSERVATION);

    static final SettingGroup NETWORKS = SettingGroup.of(
            "networks",
            HIDDEN,
            CRITIC_HIDDEN,
            CRITIC_TIME_STEP,
            CRITIC_TIME_DIVISOR,
            ACTIVATION,
            CRITIC_ACTIVATION,
            SHARED_NETWORK,
            INITIAL_LOG_STD,
            INITIALIZATION,
            POLICY_OUTPUT_GAIN);

    static final SettingGroup FIRST_ORDER = SettingGroup.of(
            "first order",
            LEARNING_RATE,
            LEARNING_RATE_SCHEDULE,
            OPTIMIZER,
            OPTIMIZER_EPSILON,
            RMSPROP_FORM,
            RMSPROP_DECAY,
            MOMENTUM,
            MAX_GRADIENT_NORM);

    static final SettingGroup RUN = SettingGroup.of(
            "run", STEPS, EVALUATION_INTERVAL, EVALUATION_EPISODES, CHECKPOINT_INTERVAL, STOP_AT_RETURN);

    private CommonSettings() {}

    /**
     * Checks what no single setting of these can: that the values fit each other.
     *
     * @throws InvalidInputException if they do not
     */
    static void check(Settings settings) {
        int groups = settings.get(ENVIRONMENT_GROUPS);
        if (settings.get(ENVIRONMENTS) % groups != 0) {
            throw new InvalidInputException("environments must be even where environment-groups is " + groups + ": "
                    + settings.get(ENVIRONMENTS) + " (" + settings.source(ENVIRONMENTS) + ")");
        }
        if (settings.get(CRITIC_TIME_STEP) && settings.get(SHARED_NETWORK)) {
            throw settings.wrong(
                    CRITIC_TIME_STEP,
                    "critic-time-step must be false where shared-network is true, as the policy may not see the time");
        }
    }

    /**
     * Checks what goes only for algorithms that can share the networks' hidden layers.
     *
     * @throws InvalidInputException if layers are shared and a width is set for those of one network
     */
    static void checkSharing(Settings settings) {
        if (settings.get(SHARED_NETWORK) && settings.get(CRITIC_HIDDEN).isPresent()) {
            throw settings.wrong(CRITIC_HIDDEN, "critic-hidden must be none where shared-network is true");
        }
    }

    /**
     * Returns the number of samples of a rollout, {@code environments × rollout-steps}.
     *
     * @throws InvalidInputException if they are too many
     */
    static long samples(Settings settings) {
        long samples = (long) settings.get(ENVIRONMENTS) * settings.get(ROLLOUT_STEPS);
        if (samples > Integer.MAX_VALUE) {
            throw new InvalidInputException(
                    "environments × rollout-steps must be at most " + Integer.MAX_VALUE + ": " + samples);
        }
        return samples;
    }

    /** Returns the environment steps between two evaluations, or nothing if there are none on the way. */
    public static OptionalLong evaluationInterval(Settings settings) {
        return interval(settings, EVALUATION_INTERVAL);
    }

    /** Returns the environment steps between two checkpoints, or nothing if there are none on the way. */
    public static OptionalLong checkpointInterval(Settings settings) {
        return interval(settings, CHECKPOINT_INTERVAL);
    }

    /** Returns the widths of the value network's hidden layers. */
    public static List<Integer> criticHidden(Settings settings) {
        return settings.get(CRITIC_HIDDEN).orElseGet(() -> settings.get(HIDDEN));
    }

    /** Returns the nonlinearity of the value network's hidden layers. */
    public static Activation criticActivation(Settings settings) {
        return settings.get(CRITIC_ACTIVATION).orElseGet(() -> settings.get(ACTIVATION));
    }

    private static OptionalLong interval(Settings settings, Setting<Optional<Long>> setting) {
        long steps = settings.get(setting).orElseGet(() -> Math.max(1, settings.get(STEPS) / INTERVALS_IN_A_RUN));
        return steps == 0 ? OptionalLong.empty() : OptionalLong.of(steps);
    }
}
