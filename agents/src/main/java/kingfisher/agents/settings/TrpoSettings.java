package kingfisher.agents.settings;

import static kingfisher.agents.settings.ValueFormats.choice;
import static kingfisher.agents.settings.ValueFormats.integer;
import static kingfisher.agents.settings.ValueFormats.real;
import static kingfisher.agents.settings.ValueFormats.truth;

import java.util.List;
import kingfisher.envs.InvalidInputException;

/**
 * The settings that trust region policy optimization adds.
 *
 * <p>Defaults are those of sb3-contrib's TRPO, but for the direction of the divergence, which is the paper's.
 */
public final class TrpoSettings {

    /** The bound δ of the trust region. */
    public static final Setting<Double> MAX_KL = Setting.of(
            "max-kl", 0.01, real(Interval.positive()), "Largest mean KL divergence between the policies of an update.");

    /** How the bound falls. */
    public static final Setting<ScheduleKind> MAX_KL_SCHEDULE = Setting.of(
            "max-kl-schedule",
            ScheduleKind.CONSTANT,
            choice(ScheduleKind.class),
            "How max-kl changes over the run; linear falls to 0.");

    /** Which divergence is bounded. */
    public static final Setting<DivergenceDirection> KL_DIRECTION = Setting.of(
            "kl-direction",
            DivergenceDirection.OLD_NEW,
            choice(DivergenceDirection.class),
            "Which divergence the line search bounds: from the old policy to the new one, or the other way round.");

    /** The iterations of conjugate gradient. */
    public static final Setting<Integer> CG_ITERATIONS =
            Setting.of("cg-iterations", 15, integer(1), "Most iterations of conjugate gradient.");

    /** The λ of F + λI. */
    public static final Setting<Double> CG_DAMPING =
            Setting.of("cg-damping", 0.1, real(Interval.atLeast(0)), "Added to the diagonal of the Fisher matrix.");

    /** The residual at which conjugate gradient stops. */
    public static final Setting<Double> CG_TOLERANCE = Setting.of(
            "cg-tolerance",
            1e-5,
            real(Interval.atLeast(0)),
            "Norm of conjugate gradient's residual, over that of the gradient, at which it stops.");

    /** By what conjugate gradient is preconditioned. */
    public static final Setting<PreconditionerKind> PRECONDITIONER = Setting.of(
            "preconditioner",
            PreconditionerKind.NONE,
            choice(PreconditionerKind.class),
            "By what conjugate gradient is preconditioned: nothing, or Kronecker factors kept across rollouts, of neighbouring"
                    + " layers or of each by itself.");

    /** The damping of the preconditioner. */
    public static final Setting<Double> PRECONDITIONER_DAMPING = Setting.of(
            "preconditioner-damping",
            30.0,
            real(Interval.positive()),
            "Damping of the preconditioner's Kronecker factors, as a multiple of cg-damping.");

    /** How long the preconditioner's factors remember. */
    public static final Setting<Double> PRECONDITIONER_DECAY = Setting.of(
            "preconditioner-decay",
            0.5,
            real(Interval.closedOpen(0, 1)),
            "What the preconditioner's Kronecker factors keep of their averages at each rollout.");

    /** Whether λ counts in the length of the step. */
    public static final Setting<Boolean> DAMPING_IN_BOUND = Setting.of(
            "damping-in-bound",
            true,
            truth(),
            "Whether the step is scaled so that its predicted divergence has the damping in it.");

    /** How many steps the line search tries. */
    public static final Setting<Integer> LINE_SEARCH_STEPS = Setting.of(
            "line-search-steps",
            10,
            integer(0),
            "Lengths that the line search tries; 0 takes the whole step unseen, as natural policy gradient does.");

    /** By what the line search shortens. */
    public static final Setting<Double> LINE_SEARCH_SHRINK = Setting.of(
            "line-search-shrink",
            0.8,
            real(Interval.open(0, 1)),
            "Factor from one length that the line search tries to the next.");

    /** Which part of the samples the gradient is from. */
    public static final Setting<Integer> GRADIENT_SUBSAMPLE = Setting.of(
            "gradient-subsample", 1, integer(1), "The policy's gradient is of every so many-th sample of a rollout.");

    /** Which part of the samples the Fisher matrix is from. */
    public static final Setting<Integer> FISHER_SUBSAMPLE = Setting.of(
            "fisher-subsample", 1, integer(1), "The Fisher matrix is of every so many-th sample of a rollout.");

    /** How often the value network goes through the samples. */
    public static final Setting<Integer> CRITIC_EPOCHS =
            Setting.of("critic-epochs", 10, integer(0), "Times that the value network goes through the samples.");

    /** From how many samples a gradient of the value network is. */
    public static final Setting<Integer> CRITIC_MINIBATCH_SIZE = Setting.of(
            "critic-minibatch-size",
            128,
            integer(1),
            "Samples of a gradient step of the value network; it must divide environments × rollout-steps.");

    /** The learning rate of the value network. */
    public static final Setting<Double> CRITIC_LEARNING_RATE = Setting.of(
            "critic-learning-rate", 1e-3, real(Interval.positive()), "Adam's learning rate for the value network.");

    static final SettingGroup GROUP = SettingGroup.of(
            "TRPO",
            MAX_KL,
            MAX_KL_SCHEDULE,
            KL_DIRECTION,
            CG_ITERATIONS,
            CG_DAMPING,
            CG_TOLERANCE,
            PRECONDITIONER,
            PRECONDITIONER_DAMPING,
            PRECONDITIONER_DECAY,
            DAMPING_IN_BOUND,
            LINE_SEARCH_STEPS,
            LINE_SEARCH_SHRINK,
            GRADIENT_SUBSAMPLE,
            FISHER_SUBSAMPLE,
            CRITIC_EPOCHS,
            CRITIC_MINIBATCH_SIZE,
            CRITIC_LEARNING_RATE,
            CommonSettings.OPTIMIZER_EPSILON);

    static final AlgorithmSettings ALGORITHM = new AlgorithmSettings(
            "trpo",
            SettingSet.of(CommonSettings.SAMPLING, CommonSettings.NETWORKS, GROUP, CommonSettings.RUN),
            TrpoSettings::check);

    private TrpoSettings() {}

    /**
     * Checks what no single setting can: that the values fit each other.
     *
     * @throws InvalidInputException if they do not
     */
    static void check(Settings settings) {
        CommonSettings.check(settings);
        long samples = CommonSettings.samples(settings);
        if (samples < 2) {
            throw settings.wrong(
                    CommonSettings.ROLLOUT_STEPS,
                    "environments × rollout-steps must be at least 2, as advantages are normalized over both");
        }
        if (samples % settings.get(CRITIC_MINIBATCH_SIZE) != 0) {
            throw settings.wrong(
                    CRITIC_MINIBATCH_SIZE,
                    "critic-minibatch-size must divide " + samples + " (environments × rollout-steps)");
        }
        for (Setting<Integer> subsample : List.of(GRADIENT_SUBSAMPLE, FISHER_SUBSAMPLE)) {
            if (settings.get(subsample) > samples) {
                throw settings.wrong(
                        subsample, subsample.key() + " must be at most " + samples + " (environments × rollout-steps)");
            }
        }
        if (settings.get(PRECONDITIONER) != PreconditionerKind.NONE && settings.get(CG_DAMPING) == 0) {
            throw settings.wrong(CG_DAMPING, "cg-damping must be above 0 where there is a preconditioner");
        }
        if (settings.get(CommonSettings.SHARED_NETWORK)) {
            throw settings.wrong(
                    CommonSettings.SHARED_NETWORK,
                    "shared-network must be false for trpo, whose trust region holds the policy's layers while the value"
                            + " network is fitted");
        }
    }
}
