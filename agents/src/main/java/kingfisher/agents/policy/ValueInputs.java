package kingfisher.agents.policy;

import java.util.Optional;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.Distribution;

/**
 * What the value network sees: what the policy sees and, if that is set, behind it the policy's distribution (means and
 * standard deviations, or probabilities) and the steps since the episode's start over a divisor.
 *
 * <p>So did the critic of the first ACKTR for continuous control (OpenAI Baselines, {@code old_acktr_cont}); its constant
 * input is the bias here.
 */
public final class ValueInputs {

    private final int seen;
    private final Distribution distribution;
    private final Optional<Double> timeDivisor;

    /**
     * Creates the inputs.
     *
     * @param seen number of the policy's inputs
     * @param distribution of the policy
     * @param timeDivisor of the steps; empty if the value network sees what the policy sees
     */
    public ValueInputs(int seen, Distribution distribution, Optional<Double> timeDivisor) {
        this.seen = seen;
        this.distribution = distribution;
        this.timeDivisor = timeDivisor;
    }

    static ValueInputs of(Settings settings, int seen, Distribution distribution) {
        return new ValueInputs(
                seen,
                distribution,
                settings.get(CommonSettings.CRITIC_TIME_STEP)
                        ? Optional.of(settings.get(CommonSettings.CRITIC_TIME_DIVISOR))
                        : Optional.empty());
    }

    /** Whether there is something behind what the policy sees. */
    public boolean isExtended() {
        return timeDivisor.isPresent();
    }

    /** Number of the value network's inputs. */
    public int size() {
        return isExtended() ? seen + distribution.parameterSize() + 1 : seen;
    }

    /** Returns the writer of {@code rows} rows at a time; there have to be extended inputs. */
    public Writer writer(int rows) {
        return new Writer(rows);
    }

    /** Writes extended inputs; holds working memory, so it is not for use by two threads at once. */
    public final class Writer {

        private final int rows;
        private final double divisor = timeDivisor.orElseThrow();
        private final double[] description;
        private final double[] inputs;

        private Writer(int rows) {
            this.rows = rows;
            this.description = new double[rows * distribution.parameterSize()];
            this.inputs = new double[rows * size()];
        }

        /**
         * Writes the value network's inputs.
         *
         * @param policyInputs [rows × policy's inputs], not modified
         * @param parameters of the policy's distributions [rows × parameter size], not modified
         * @param steps since the start of each row's episode [rows], not modified
         * @param target [rows × size], overwritten
         */
        public void write(Matrix policyInputs, double[] parameters, int[] steps, Backend backend, Matrix target) {
            int width = size();
            int count = distribution.parameterSize();
            backend.download(policyInputs, inputs, 0, width);
            distribution.describe(rows, parameters, description);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(description, row * count, inputs, row * width + seen, count);
                inputs[(row + 1) * width - 1] = steps[row] / divisor;
            }
            backend.upload(inputs, target);
        }
    }
}
