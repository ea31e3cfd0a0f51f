package kingfisher.envs.wire;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.EnvironmentSpecification;

/** What is known of an environment, as a message and back. */
public final class SpecificationMessages {

    private SpecificationMessages() {}

    /** The message of a specification. */
    public static kingfisher.env.v1.EnvironmentSpecification write(EnvironmentSpecification specification) {
        kingfisher.env.v1.EnvironmentSpecification.Builder message =
                kingfisher.env.v1.EnvironmentSpecification.newBuilder()
                        .setId(specification.id())
                        .setObservationSpace(SpaceWriter.write(specification.observationSpace()))
                        .setActionSpace(SpaceWriter.write(specification.actionSpace()));
        specification.timeLimit().ifPresent(message::setTimeLimit);
        specification.rewardThreshold().ifPresent(message::setRewardThreshold);
        return message.build();
    }

    /**
     * The specification of a message whose spaces have been read.
     *
     * @param id what the environment is called here
     * @throws UnreadableMessageException if the time limit is not in 1 … 2³¹ − 1
     */
    public static EnvironmentSpecification read(
            kingfisher.env.v1.EnvironmentSpecification message,
            String id,
            SpaceLayout observations,
            SpaceLayout actions) {
        if (message.hasTimeLimit() && message.getTimeLimit() < 1) {
            throw new UnreadableMessageException("the time limit must be in 1 … 2147483647, not "
                    + Integer.toUnsignedString(message.getTimeLimit()));
        }
        return new EnvironmentSpecification(
                id,
                observations.space(),
                actions.space(),
                message.hasTimeLimit() ? OptionalInt.of(message.getTimeLimit()) : OptionalInt.empty(),
                message.hasRewardThreshold()
                        ? OptionalDouble.of(message.getRewardThreshold())
                        : OptionalDouble.empty());
    }
}
