package kingfisher.agents.policy;

/**
 * Brings observations to mean 0 and variance 1 by their running moments, and clips them: VecNormalize of the baselines,
 * detail 6 and 7 of the continuous ones in Huang et al. 2022.
 */
public final class ObservationNormalizer {

    private static final double EPSILON = 1e-8;

    private final RunningMoments moments;
    private final boolean[] untouched;
    private final double clip;

    /**
     * Creates a normalizer that has seen nothing.
     *
     * @param untouched for each column, whether it stays as it is
     * @param clip bound of the absolute normalized value
     */
    ObservationNormalizer(boolean[] untouched, double clip) {
        this.moments = new RunningMoments(untouched.length);
        this.untouched = untouched.clone();
        this.clip = clip;
    }

    /** The moments, to update and to save. */
    public RunningMoments moments() {
        return moments;
    }

    /** Normalizes the other columns of {@code rows} rows of {@code values} in place. */
    public void normalize(double[] values, int rows) {
        double[] mean = moments.mean();
        double[] variance = moments.variance();
        for (int column = 0; column < mean.length; column++) {
            if (untouched[column]) {
                continue;
            }
            double scale = 1 / Math.sqrt(variance[column] + EPSILON);
            for (int i = column; i < rows * mean.length; i += mean.length) {
                values[i] = Math.max(-clip, Math.min(clip, (values[i] - mean[column]) * scale));
            }
        }
    }
}
