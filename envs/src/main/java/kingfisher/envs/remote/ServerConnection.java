package kingfisher.envs.remote;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import kingfisher.env.v1.CloseGroupRequest;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.EnvironmentServiceGrpc.EnvironmentServiceBlockingStub;
import kingfisher.env.v1.GetServerInfoRequest;
import kingfisher.env.v1.GetServerInfoResponse;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.Protocol;
import kingfisher.envs.wire.SpaceLayout;
import kingfisher.envs.wire.UnreadableMessageException;

/** A server that has said what it is, and that this program understands. May be used by several threads. */
final class ServerConnection implements AutoCloseable {

    private static final String CLIENT = "kingfisher";
    /** What a message has beside its tensors. */
    private static final int ENVELOPE = 256;

    private static final Duration GOODBYE = Duration.ofSeconds(1);

    private final Deadlines deadlines;
    private final Failures failures;
    private final ManagedChannel channel;
    private final Channel authorized;
    private final SocketLoop loop;
    private final GetServerInfoResponse info;

    private ServerConnection(String id, Peer peer, ManagedChannel channel, Deadlines deadlines, SocketLoop loop) {
        this.deadlines = deadlines;
        this.failures = new Failures(peer);
        this.channel = channel;
        this.loop = loop;
        Metadata headers = new Metadata();
        peer.token().ifPresent(token -> headers.put(Protocol.AUTHORIZATION, Protocol.bearer(token)));
        this.authorized = ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(headers));
        this.info = askInfo(id);
        if (!Protocol.isCompatible(info.getProtocol())) {
            throw new InvalidInputException(id + ": " + peer + " ("
                    + Failures.oneLine(info.getName() + " " + info.getVersion())
                    + ") speaks version " + Protocol.text(info.getProtocol()) + " of the protocol, this program "
                    + Protocol.text(Protocol.VERSION) + ": update the older of the two");
        }
    }

    /**
     * Connects to a server.
     *
     * @param id the environment that it is needed for, for messages
     * @param loop reads and writes the connection
     * @throws InvalidInputException if it does not answer in time, or not in a way that this program understands
     */
    static ServerConnection open(
            String id, Peer peer, ConnectionOptions options, Deadlines deadlines, SocketLoop loop) {
        ManagedChannel channel = Channels.open(peer.endpoint(), options, deadlines, loop);
        try {
            return new ServerConnection(id, peer, channel, deadlines, loop);
        } catch (RuntimeException failure) {
            end(channel);
            throw failure;
        }
    }

    private GetServerInfoResponse askInfo(String id) {
        GetServerInfoRequest request = GetServerInfoRequest.newBuilder()
                .setProtocol(Protocol.VERSION)
                .setClient(CLIENT)
                .build();
        try {
            return stub(deadlines.connect()).getServerInfo(request);
        } catch (StatusRuntimeException refused) {
            String text = switch (refused.getStatus().getCode()) {
                case UNIMPLEMENTED -> failures.noServer();
                case DEADLINE_EXCEEDED -> failures.late("", deadlines.connect(), "it cannot be reached");
                default -> failures.ofOpening(refused.getStatus());
            };
            throw new InvalidInputException(id + ": " + text);
        }
    }

    /** What the server said of itself. */
    GetServerInfoResponse info() {
        return info;
    }

    /**
     * Makes a group on the server.
     *
     * @param first the row of time steps and actions that is the group's first
     * @throws InvalidInputException if the server refuses it, or does not make it in time
     */
    RemoteGroup createGroup(GroupSettings settings, int first, int count) {
        CreateGroupResponse created;
        try {
            created = stub(deadlines.create()).createGroup(settings.request(count));
        } catch (StatusRuntimeException refused) {
            Status status = refused.getStatus();
            String text = status.getCode() == Status.Code.DEADLINE_EXCEEDED
                    ? failures.late(
                            "to the making of " + count + " environments", deadlines.create(), "fewer are needed")
                    : failures.ofOpening(status);
            throw new InvalidInputException(settings.id() + ": " + text);
        }
        return new RemoteGroup(settings, first, count, created, this, deadlines);
    }

    /** Forgets a group that was created, without waiting for the server. */
    void closeGroup(String group) {
        var unused = EnvironmentServiceGrpc.newFutureStub(authorized)
                .withDeadlineAfter(GOODBYE.toMillis(), TimeUnit.MILLISECONDS)
                .closeGroup(CloseGroupRequest.newBuilder().setGroup(group).build());
    }

    /** A new stream. */
    GroupStream stream() {
        CallOptions options = CallOptions.DEFAULT.withMaxInboundMessageSize(messageBytes());
        return new GroupStream(authorized.newCall(EnvironmentServiceGrpc.getRunGroupMethod(), options), loop);
    }

    /**
     * Checks that the server's messages have room for the values of {@code count} environments.
     *
     * @throws UnreadableMessageException if they have not
     */
    void requireRoom(SpaceLayout layout, int count) {
        if (layout.bytes() > (messageBytes() - ENVELOPE) / count) {
            throw new UnreadableMessageException("values of " + layout.bytes() + " bytes each of " + count
                    + " environments do not fit into the server's messages of " + messageBytes()
                    + " bytes: open fewer, or start it with a larger --max-message-bytes");
        }
    }

    private int messageBytes() {
        long told = info.getLimits().getMessageBytes();
        return told > 0 && told < Integer.MAX_VALUE ? (int) told : Protocol.MESSAGE_BYTES;
    }

    Failures failures() {
        return failures;
    }

    private EnvironmentServiceBlockingStub stub(Duration patience) {
        return EnvironmentServiceGrpc.newBlockingStub(authorized)
                .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Ends the connection and all its streams at once; when this returns, it needs its loop no more. */
    @Override
    public void close() {
        end(channel);
    }

    private static void end(ManagedChannel channel) {
        channel.shutdownNow();
        try {
            // what gRPC has begun on other threads still goes to the loop, which must not have ended before
            var unused = channel.awaitTermination(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
