package kingfisher.envs.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.OptionalInt;
import kingfisher.env.v1.Attached;
import kingfisher.env.v1.Code;
import kingfisher.env.v1.RunGroupRequest;
import kingfisher.env.v1.RunGroupResponse;
import org.jspecify.annotations.Nullable;

/**
 * One stream: attaches to a group and answers each request with one response.
 *
 * <p>gRPC calls it with one thing after the other. The next request is taken when the last answer has been taken off our
 * hands, so that nothing piles up for a client that does not read.
 */
final class GroupStream implements StreamObserver<byte[]> {

    private final Groups groups;
    private final int messageBytes;
    private final Runnable whenEnded;
    private final ServerCallStreamObserver<RunGroupResponse> client;
    private @Nullable String name;
    private @Nullable ServedGroup group;
    private long next = 1;
    private boolean waiting; // for the client to take the last answer
    private boolean ended;

    GroupStream(
            Groups groups, int messageBytes, Runnable whenEnded, ServerCallStreamObserver<RunGroupResponse> client) {
        this.groups = groups;
        this.messageBytes = messageBytes;
        this.whenEnded = whenEnded;
        this.client = client;
        client.disableAutoRequest();
        client.setOnReadyHandler(this::goOn);
        client.setOnCancelHandler(this::end);
        client.request(1);
    }

    @Override
    public void onNext(byte[] bytes) {
        try {
            client.onNext(answer(RunGroupRequest.parseFrom(UnsafeByteOperations.unsafeWrap(bytes))));
        } catch (InvalidProtocolBufferException noRequest) {
            end();
            client.onError(Refusals.of(Status.INVALID_ARGUMENT, "what came is no RunGroupRequest"));
            return;
        }
        waiting = true;
        goOn();
    }

    private void goOn() {
        if (waiting && client.isReady()) {
            waiting = false;
            client.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        end();
    }

    @Override
    public void onCompleted() {
        end();
        client.onCompleted();
    }

    private void end() {
        if (!ended) {
            ended = true;
            if (name != null) {
                groups.remove(name);
            }
            whenEnded.run();
        }
    }

    private RunGroupResponse answer(RunGroupRequest request) {
        RunGroupResponse.Builder response = RunGroupResponse.newBuilder().setSequence(request.getSequence());
        try {
            fill(request, response);
            RunGroupResponse answer = response.build();
            if (answer.getSerializedSize() > messageBytes) { // what was checked when the group was made is an estimate
                throw RequestFailedException.of(
                        Code.CODE_INTERNAL,
                        "the answer has " + answer.getSerializedSize() + " bytes, but the server's limit is "
                                + messageBytes + " (--max-message-bytes)",
                        false);
            }
            return answer;
        } catch (RequestFailedException refused) {
            return response.setError(refused.error()).build();
        } catch (RuntimeException | Error fault) { // of this server: what the group's state is cannot be known
            if (name != null) {
                groups.remove(name);
            }
            return response.setError(RequestFailedException.of(
                                    Code.CODE_INTERNAL,
                                    "the server failed: " + Texts.described(fault),
                                    OptionalInt.empty(),
                                    fault)
                            .error())
                    .build();
        }
    }

    private void fill(RunGroupRequest request, RunGroupResponse.Builder response) {
        if (request.getSequence() != next) {
            throw RequestFailedException.outOfPlace("request number " + Long.toUnsignedString(request.getSequence())
                    + ", but number " + next + " is the next");
        }
        next++;
        switch (request.getRequestCase()) {
            case STEP -> response.setBatch(attached().step(request.getStep()));
            case RESET -> response.setBatch(attached().reset(request.getReset()));
            case ATTACH -> attach(request.getAttach().getGroup(), response);
            case REQUEST_NOT_SET ->
                throw RequestFailedException.of(
                        Code.CODE_UNIMPLEMENTED, "a request of a kind that this server does not know", true);
        }
    }

    private ServedGroup attached() {
        ServedGroup current = group;
        if (current == null) {
            throw RequestFailedException.outOfPlace("the first request of a stream must be Attach");
        }
        return current;
    }

    private void attach(String wanted, RunGroupResponse.Builder response) {
        if (group != null) {
            throw RequestFailedException.outOfPlace("the stream has a group already");
        }
        group = groups.attach(wanted);
        name = wanted;
        response.setAttached(Attached.getDefaultInstance());
    }
}
