package kingfisher.agents.cli;

import java.util.List;
import java.util.Locale;
import kingfisher.agents.policy.ActionAdapter;
import kingfisher.agents.policy.ObservationEncoder;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.distribution.Distribution;

/**
 * What a run holds in memory, counted low, so that one that can never fit is refused before anything is made.
 *
 * @param samples environments × rollout-steps
 * @param sampleBytes of one sample: its observation, action, distribution and numbers
 * @param parameters of all networks, in single precision
 */
record RunSize(double samples, double sampleBytes, double parameters) {

    private static final int NUMBERS_OF_A_SAMPLE = 7; // reward, discount, value, …
    private static final int PARAMETER_COPIES = 2; // itself and its gradient

    static RunSize of(Settings settings, EnvironmentSpecification specification) {
        Distribution distribution = ActionAdapter.of(specification).distribution();
        int encoded = new ObservationEncoder(specification.observationSpace()).size();
        double samples =
                (double) settings.get(CommonSettings.ENVIRONMENTS) * settings.get(CommonSettings.ROLLOUT_STEPS);
        double numbers = NUMBERS_OF_A_SAMPLE + distribution.actionSize() + distribution.parameterSize();
        double inputs = settings.get(CommonSettings.PREVIOUS_OBSERVATION) ? 2.0 * encoded : encoded;
        double parameters = parameters(inputs, settings.get(CommonSettings.HIDDEN));
        if (!settings.get(CommonSettings.SHARED_NETWORK)) {
            parameters += parameters(inputs, CommonSettings.criticHidden(settings));
        }
        return new RunSize(samples, Float.BYTES * inputs + Double.BYTES * numbers, parameters);
    }

    private static double parameters(double inputs, List<Integer> widths) {
        double count = 0;
        double before = inputs;
        for (int width : widths) {
            count += (before + 1) * width;
            before = width;
        }
        return count;
    }

    /**
     * Checks the size against the memory that Java may use.
     *
     * @throws InvalidInputException if it is more
     */
    void check() {
        double bytes = samples * sampleBytes + PARAMETER_COPIES * Float.BYTES * parameters;
        if (bytes > Runtime.getRuntime().maxMemory() || parameters > Integer.MAX_VALUE) {
            throw new InvalidInputException(String.format(
                    Locale.ROOT,
                    "the run needs more than %s, Java may use %s (java -Xmx raises it):"
                            + " environments × rollout-steps is %,.0f, the networks have %,.0f weights",
                    Failures.mebibytes(bytes),
                    Failures.memory(),
                    samples,
                    parameters));
        }
    }
}
