package kingfisher.envs;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * N environments of one kind that are stepped together, in this process or elsewhere.
 *
 * <p>A step is {@link #send} and {@link #receive}, exactly in turn, so that a caller with two groups can work on the
 * answers of one while the other steps. Between the two calls nothing else may be called but {@link #close}.
 *
 * <p><b>Ends.</b> An environment whose episode ends in a step is reset in the same step, without a seed, its generator
 * going on. For that row {@link VectorTimeStep#observations()} holds the first observation of the new episode,
 * {@link VectorTimeStep#finalObservations()} the last one of the old, and reward and flags are those of the step that
 * ended it. Every row of every step is a real transition; none has to be masked. (Gymnasium calls this mode
 * {@code SAME_STEP}.)
 *
 * <p>A group is used by one thread at a time.
 */
public interface VectorEnvironment extends AutoCloseable {

    /**
     * Returns what a factory makes for the numbers from 0 on. If one cannot be made, those before it are closed.
     *
     * @param count at least 1
     */
    static List<VectorEnvironment> several(int count, IntFunction<VectorEnvironment> factory) {
        List<VectorEnvironment> made = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                made.add(factory.apply(i));
            }
        } catch (RuntimeException | Error failure) {
            made.forEach(VectorEnvironment::close);
            throw failure;
        }
        return made;
    }

    /** What is known of one of the environments. */
    EnvironmentSpecification specification();

    /** N, the number of environments. */
    int count();

    /**
     * Seeds all generators and starts an episode everywhere. Environment {@code i} gets the seed {@code seed + i},
     * going on at 0 after 2⁶³ − 1.
     *
     * @param seed 0 or more
     * @param first overwritten: the first observations, rewards 0, no flag set
     * @throws InvalidInputException if the seed is negative
     */
    void reset(long seed, VectorTimeStep first);

    /**
     * Hands over the next actions; may return before the environments have stepped.
     *
     * @param actions [N × action size]; not modified, and free for other use once this returns
     * @throws IllegalStateException before the first reset, or if a step is already under way
     */
    void send(double[] actions);

    /**
     * Waits for the step that was sent.
     *
     * @param next overwritten
     * @throws IllegalStateException if no step was sent
     * @throws InvalidInputException if an environment refuses its action; the group has to be reset or restored then
     */
    void receive(VectorTimeStep next);

    /** Sends the actions and waits for what they give. */
    default void step(double[] actions, VectorTimeStep next) {
        send(actions);
        receive(next);
    }

    /**
     * The complete state of all environments, their generators included; empty if one cannot tell it. What is currently
     * observed is not part of it: a caller that wants to continue keeps its own last observations.
     *
     * @throws IllegalStateException while a step is under way
     */
    Optional<byte[]> snapshot();

    /**
     * Continues from a snapshot of a group of the same size and kind; the next call is {@link #send}.
     *
     * @throws InvalidInputException if the snapshot is damaged or another group's
     * @throws UnsupportedOperationException if the environments cannot tell their state
     */
    void restore(byte[] snapshot);

    /** Closes all environments; closing again does nothing. */
    @Override
    void close();
}
