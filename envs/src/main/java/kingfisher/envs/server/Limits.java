package kingfisher.envs.server;

import kingfisher.env.v1.ServerLimits;
import kingfisher.envs.wire.Protocol;

/**
 * What a server takes at most.
 *
 * @param messageBytes of one message, in both directions
 * @param groups that exist at one time
 * @param environments of one group
 */
public record Limits(int messageBytes, int groups, int environments) {

    /** What holds if nothing else is said. */
    public static final Limits DEFAULT = new Limits(Protocol.MESSAGE_BYTES, 64, 1024);

    /** Checks that something is left to serve. */
    public Limits {
        if (messageBytes < 1 || groups < 1 || environments < 1) {
            throw new IllegalArgumentException("limits must be at least 1: " + messageBytes + " bytes of a message, "
                    + groups + " groups, " + environments + " environments of a group");
        }
    }

    ServerLimits message() {
        return ServerLimits.newBuilder()
                .setMessageBytes(messageBytes)
                .setGroups(groups)
                .setEnvironmentsPerGroup(environments)
                .build();
    }
}
