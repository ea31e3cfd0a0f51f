package kingfisher.envs;

import java.util.Optional;

/**
 * A task that an agent acts in, one episode after the other.
 *
 * <p>The order of calls is {@link #reset(long)}, then steps until one says that the episode ended, then {@link #reset()}
 * and so on. All randomness comes from one generator that {@link #reset(long)} seeds, so a seed and a sequence of
 * actions give the same observations, rewards and ends each time. An environment is used by one thread at a time.
 *
 * <p>Arrays that an environment returns belong to the caller and are never written again; arrays that it is given are
 * neither kept nor modified. What a step after the end of an episode does is not specified.
 */
public interface Environment extends AutoCloseable {

    /** What is known before the first step; always the same. */
    EnvironmentSpecification specification();

    /**
     * Seeds the generator and starts an episode.
     *
     * @param seed 0 or more
     * @return the first observation
     * @throws InvalidInputException if the seed is negative
     */
    double[] reset(long seed);

    /**
     * Starts an episode with the generator where it is.
     *
     * @return the first observation
     * @throws IllegalStateException if the generator was never seeded
     */
    double[] reset();

    /**
     * Acts once.
     *
     * @param action an element of the action space; environments with a box clip to it instead of refusing where
     *     Gymnasium's do
     * @throws InvalidInputException if the environment cannot take the action; its state is unchanged then
     * @throws IllegalStateException if no episode was started
     */
    TimeStep step(double[] action);

    /**
     * The complete state, the generator's included: after {@link #restore} everything continues bit for bit. Empty if
     * this environment cannot tell its state.
     */
    default Optional<byte[]> snapshot() {
        return Optional.empty();
    }

    /**
     * Continues from a {@link #snapshot()} of an environment made in the same way.
     *
     * @throws InvalidInputException if the snapshot is damaged or another environment's
     * @throws UnsupportedOperationException if this environment cannot tell its state
     */
    default void restore(byte[] snapshot) {
        throw new UnsupportedOperationException(specification().id() + " cannot be restored from a snapshot");
    }

    /** Frees what the environment holds; closing again does nothing. */
    @Override
    default void close() {}
}
