package kingfisher.agents.policy;

/**
 * Brings observations to mean 0 and variance 1 by their running moments, and clips them: VecNormalize of the baselines,
 * detail 6 and 7 of the continuous ones in Huang et al. 2022.
 */
public final class ObservationNormalizer {

    private static final double EPSILON = 1e-8;

    private final RunningMoments moments;
    private final double clip;

    /**
     * Creates a normalizer that has seen nothing.
     *
     * @param clip bound of the absolute normalized value
     */
    public ObservationNormalizer(int size, double clip) {
        this.moments = new RunningMoments(size);
        this.clip = clip;
    }

    /** The moments, to update and to save. */
    public RunningMoments moments() {
        return moments;
    }

    /** Normalizes {@code rows} rows of {@code values} in place. */
    public void normalize(double[] values, int rows) {
        double[] mean = moments.mean();
        double[] variance = moments.variance();
        for (int column = 0; column < mean.length; column++) {
            double scale = 1 / Math.sqrt(variance[column] + EPSILON);
            for (int i = column; i < rows * mean.length; i += mean.length) {
                values[i] = Math.max(-clip, Math.min(clip, (values[i] - mean[column]) * scale));
            }
        }
    }
}
