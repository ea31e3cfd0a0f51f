package kingfisher.agents.settings;

import static kingfisher.agents.settings.ValueFormats.choice;
import static kingfisher.agents.settings.ValueFormats.integer;
import static kingfisher.agents.settings.ValueFormats.optional;
import static kingfisher.agents.settings.ValueFormats.real;

import java.util.Optional;
import kingfisher.envs.InvalidInputException;

/**
 * The settings that proximal policy optimization adds.
 *
 * <p>Defaults are those of Stable-Baselines3's PPO where it has the setting, and Adam's ε is that of OpenAI's baselines.
 */
public final class PpoSettings {
    /** How many samples a gradient is taken from. */
    public static final Setting<Integer> MINIBATCH_SIZE = Setting.of(
            "minibatch-size",
            64,
            integer(1),
            "Samples of a gradient step; it must divide environments × rollout-steps.");

    /** How often an update goes through its samples. */
    public static final Setting<Integer> EPOCHS =
            Setting.of("epochs", 10, integer(1), "Times that an update goes through its samples.");

    /** What keeps the policy near the one that sampled. */
    public static final Setting<Proximity> PROXIMITY = Setting.of(
            "proximity",
            Proximity.CLIP,
            choice(Proximity.class),
            "What keeps the policy near the one that sampled: a clipped ratio, a KL penalty, or nothing.");

    /** The ε of the clipped surrogate. */
    public static final Setting<Double> CLIP = Setting.of(
            "clip",
            0.2,
            real(Interval.openClosed(0, 1)),
            "Distance from 1 at which the clipped surrogate ignores a further change of the ratio.");

    /** The way of the clip over the run. */
    public static final Setting<ScheduleKind> CLIP_SCHEDULE = Setting.of(
            "clip-schedule",
            ScheduleKind.CONSTANT,
            choice(ScheduleKind.class),
            "Whether the clip stays, or falls in a line to 0 at the end of the run.");

    /** The β of the KL penalty. */
    public static final Setting<Double> KL_COEFFICIENT = Setting.of(
            "kl-coefficient",
            1.0,
            real(Interval.atLeast(0)),
            "Weight of the KL penalty, with adaptive-kl at the start.");

    /** The divergence that the adaptive penalty aims at. */
    public static final Setting<Double> KL_TARGET = Setting.of(
            "kl-target", 0.01, real(Interval.positive()), "KL divergence of an update that adaptive-kl aims at.");

    /** The λ of the proximity in weight space. */
    public static final Setting<Double> WEIGHT_PROXIMITY = Setting.of(
            "weight-proximity",
            0.0,
            real(Interval.atLeast(0)),
            "Weight λ of the penalty λ/2 · ‖w − w_old‖² on the policy's parameters.");

    /** The KL divergence that ends an update early. */
    public static final Setting<Optional<Double>> TARGET_KL = Setting.of(
            "target-kl",
            Optional.empty(),
            optional("none", real(Interval.positive())),
            "Approximate KL divergence of a minibatch beyond which the update stops early.");

    /** The clip of the value's change. */
    public static final Setting<Optional<Double>> VALUE_CLIP = Setting.of(
            "value-clip",
            Optional.empty(),
            optional("none", real(Interval.positive())),
            "Largest change of a value, from the one at sampling, that its loss rewards.");

    /** What a value beyond the clip costs. */
    public static final Setting<ValueClipRule> VALUE_CLIP_RULE = Setting.of(
            "value-clip-rule",
            ValueClipRule.MAXIMUM,
            choice(ValueClipRule.class),
            "Loss of a value beyond value-clip: the larger of the losses with and without clip, or the clipped one.");

    /** Over what advantages are normalized. */
    public static final Setting<AdvantageNormalization> NORMALIZE_ADVANTAGES = Setting.of(
            "normalize-advantages",
            AdvantageNormalization.MINIBATCH,
            choice(AdvantageNormalization.class),
            "Over what advantages are shifted to mean 0 and scaled to standard deviation 1.");

    static final SettingGroup GROUP = SettingGroup.of(
            "PPO",
            MINIBATCH_SIZE,
            EPOCHS,
            PROXIMITY,
            CLIP,
            CLIP_SCHEDULE,
            KL_COEFFICIENT,
            KL_TARGET,
            WEIGHT_PROXIMITY,
            TARGET_KL,
            VALUE_CLIP,
            VALUE_CLIP_RULE,
            CommonSettings.ENTROPY_COEFFICIENT,
            CommonSettings.VALUE_COEFFICIENT,
            NORMALIZE_ADVANTAGES);

    static final AlgorithmSettings ALGORITHM = new AlgorithmSettings(
            "ppo",
            SettingSet.of(
                    CommonSettings.SAMPLING,
                    CommonSettings.NETWORKS,
                    CommonSettings.FIRST_ORDER,
                    GROUP,
                    CommonSettings.RUN),
            PpoSettings::check);

    private PpoSettings() {}

    /**
     * Checks what no single setting can: that the values fit each other.
     *
     * @throws InvalidInputException if they do not
     */
    static void check(Settings settings) {
        CommonSettings.check(settings);
        long samples = CommonSettings.samples(settings);
        int minibatch = settings.get(MINIBATCH_SIZE);
        if (samples % minibatch != 0) {
            throw settings.wrong(
                    MINIBATCH_SIZE, "minibatch-size must divide " + samples + " (environments × rollout-steps)");
        }
        AdvantageNormalization normalization = settings.get(NORMALIZE_ADVANTAGES);
        if (normalization == AdvantageNormalization.MINIBATCH && minibatch == 1) {
            throw settings.wrong(
                    MINIBATCH_SIZE, "minibatch-size must be at least 2 where normalize-advantages is minibatch");
        }
        if (normalization == AdvantageNormalization.BATCH && samples == 1) {
            throw settings.wrong(
                    CommonSettings.ROLLOUT_STEPS,
                    "environments × rollout-steps must be at least 2 where normalize-advantages is batch");
        }
        CommonSettings.checkSharing(settings);
    }
}
