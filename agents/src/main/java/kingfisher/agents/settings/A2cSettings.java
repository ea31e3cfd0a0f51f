package kingfisher.agents.settings;

import java.util.List;
import kingfisher.envs.InvalidInputException;

/**
 * The settings of advantage actor-critic.
 *
 * <p>Defaults are those of Stable-Baselines3's A2C, but for the number of environments, which that leaves to its user.
 */
public final class A2cSettings {
    /** Whether advantages are normalized. */
    public static final Setting<AdvantageNormalization> NORMALIZE_ADVANTAGES = Setting.of(
            "normalize-advantages",
            AdvantageNormalization.NONE,
            ValueFormats.choice(List.of(AdvantageNormalization.BATCH, AdvantageNormalization.NONE)),
            "Over what advantages are shifted to mean 0 and scaled to standard deviation 1.");

    static final SettingGroup GROUP = SettingGroup.of(
            "A2C", CommonSettings.ENTROPY_COEFFICIENT, CommonSettings.VALUE_COEFFICIENT, NORMALIZE_ADVANTAGES);

    static final AlgorithmSettings ALGORITHM = new AlgorithmSettings(
            "a2c",
            SettingSet.of(
                            CommonSettings.SAMPLING,
                            CommonSettings.NETWORKS,
                            CommonSettings.FIRST_ORDER,
                            GROUP,
                            CommonSettings.RUN)
                    .withDefault(CommonSettings.ENVIRONMENTS, 8)
                    .withDefault(CommonSettings.ROLLOUT_STEPS, 5)
                    .withDefault(CommonSettings.GAE_LAMBDA, 1.0)
                    .withDefault(CommonSettings.LEARNING_RATE, 7e-4)
                    .withDefault(CommonSettings.OPTIMIZER, OptimizerKind.RMSPROP),
            A2cSettings::check);

    private A2cSettings() {}

    /**
     * Checks what no single setting can: that the values fit each other.
     *
     * @throws InvalidInputException if they do not
     */
    static void check(Settings settings) {
        CommonSettings.check(settings);
        CommonSettings.checkSharing(settings);
        long samples = CommonSettings.samples(settings);
        if (samples == 1 && settings.get(NORMALIZE_ADVANTAGES) == AdvantageNormalization.BATCH) {
            throw settings.wrong(
                    CommonSettings.ROLLOUT_STEPS,
                    "environments × rollout-steps must be at least 2 where normalize-advantages is batch");
        }
    }
}
