package kingfisher.agents.policy;

import java.util.Optional;
import kingfisher.envs.Space;

/**
 * The way from an environment's observations to a network's inputs: encoding, then, if that is set, normalization of
 * all but one-hot blocks, which a rare value's small deviation would blow up.
 */
public final class ObservationPipeline {

    private final ObservationEncoder encoder;
    private final Optional<ObservationNormalizer> normalizer;
    private final int rawSize;
    private final boolean previousSeen;

    /**
     * Creates the pipeline.
     *
     * @param space of the environment's observations
     * @param clip bound of normalized inputs; empty if they are not normalized
     * @param previousSeen whether networks see the observation of the step before as well
     */
    public ObservationPipeline(Space space, Optional<Double> clip, boolean previousSeen) {
        this.rawSize = space.size();
        this.previousSeen = previousSeen;
        this.encoder = new ObservationEncoder(space);
        this.normalizer = clip.map(bound -> new ObservationNormalizer(encoder.oneHot(), bound));
    }

    /** Number of network inputs for one step. */
    public int size() {
        return previousSeen ? 2 * encoder.size() : encoder.size();
    }

    /** Number of network inputs for one observation: all, or half of them. */
    public int encodedSize() {
        return encoder.size();
    }

    /** Whether networks see the observation of the step before as well. */
    public boolean isPreviousSeen() {
        return previousSeen;
    }

    /** Number of doubles in one observation. */
    public int rawSize() {
        return rawSize;
    }

    /** The running moments, if inputs are normalized. */
    public Optional<RunningMoments> moments() {
        return normalizer.map(ObservationNormalizer::moments);
    }

    /**
     * Takes observations into the running moments; does nothing if inputs are not normalized.
     *
     * @param observations [rows × raw size], not modified
     * @param scratch [rows × encoded size], overwritten
     */
    public void update(int rows, double[] observations, double[] scratch) {
        if (normalizer.isPresent()) {
            encoder.encode(rows, observations, scratch);
            normalizer.get().moments().update(scratch, rows);
        }
    }

    /** Writes the inputs [rows × encoded size] for observations [rows × raw size]. */
    public void apply(int rows, double[] observations, double[] inputs) {
        encoder.encode(rows, observations, inputs);
        if (normalizer.isPresent()) {
            normalizer.get().normalize(inputs, rows);
        }
    }
}
