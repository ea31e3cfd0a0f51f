package kingfisher.envs.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import kingfisher.env.v1.CloseGroupRequest;
import kingfisher.env.v1.CloseGroupResponse;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.GetServerInfoRequest;
import kingfisher.env.v1.GetServerInfoResponse;
import kingfisher.env.v1.Health;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.envs.wire.Protocol;

/** Carries out the calls of the environment service. */
final class EnvironmentService {

    private final GroupFactory factory;
    private final Groups groups;
    private final Limits limits;
    private final Semaphore streams;

    EnvironmentService(Catalog catalog, Groups groups, Limits limits) {
        this.factory = new GroupFactory(catalog, limits);
        this.groups = groups;
        this.limits = limits;
        this.streams = new Semaphore(limits.groups());
    }

    /**
     * What a gRPC server calls. Requests come as bytes and are parsed here: bytes that are no request are an error of the
     * client, which gRPC itself would take for one of the server.
     */
    ServerServiceDefinition definition() {
        return ServerServiceDefinition.builder(EnvironmentServiceGrpc.SERVICE_NAME)
                .addMethod(
                        ofBytes(EnvironmentServiceGrpc.getGetServerInfoMethod()),
                        ServerCalls.asyncUnaryCall((request, client) ->
                                answer(request, GetServerInfoRequest.parser(), asked -> information(), client)))
                .addMethod(
                        ofBytes(EnvironmentServiceGrpc.getCreateGroupMethod()),
                        ServerCalls.asyncUnaryCall((request, client) ->
                                answer(request, CreateGroupRequest.parser(), asked -> create(asked, client), client)))
                .addMethod(
                        ofBytes(EnvironmentServiceGrpc.getCloseGroupMethod()),
                        ServerCalls.asyncUnaryCall(
                                (request, client) -> answer(request, CloseGroupRequest.parser(), this::close, client)))
                .addMethod(
                        ofBytes(EnvironmentServiceGrpc.getRunGroupMethod()),
                        ServerCalls.asyncBidiStreamingCall(this::run))
                .build();
    }

    private static <Q, A> MethodDescriptor<byte[], A> ofBytes(MethodDescriptor<Q, A> method) {
        return method.toBuilder(new Bytes(), method.getResponseMarshaller()).build();
    }

    private static <Q, A> void answer(byte[] request, Parser<Q> parser, Function<Q, A> call, StreamObserver<A> client) {
        A response;
        try {
            response = call.apply(parser.parseFrom(request));
        } catch (InvalidProtocolBufferException noRequest) {
            client.onError(Refusals.of(Status.INVALID_ARGUMENT, "what came is no request of this kind"));
            return;
        } catch (StatusRuntimeException refused) {
            client.onError(refused);
            return;
        } catch (RuntimeException | Error fault) { // of this server
            client.onError(Refusals.of(Status.INTERNAL, "the server failed: " + Texts.described(fault)));
            return;
        }
        client.onNext(response);
        client.onCompleted();
    }

    private GetServerInfoResponse information() {
        String version = Optional.ofNullable(
                        EnvironmentService.class.getPackage().getImplementationVersion())
                .orElse("unknown");
        return GetServerInfoResponse.newBuilder()
                .setProtocol(Protocol.VERSION)
                .setName("kingfisher")
                .setVersion(version)
                .putRuntime("kingfisher", version)
                .putRuntime("java", System.getProperty("java.version"))
                .setLimits(limits.message())
                .setHealth(groups.isDraining() ? Health.HEALTH_DRAINING : Health.HEALTH_SERVING)
                .build();
    }

    private CreateGroupResponse create(CreateGroupRequest request, StreamObserver<CreateGroupResponse> client) {
        String name = groups.reserve();
        GroupFactory.Made made;
        try {
            made = factory.make(request);
        } catch (RuntimeException | Error failure) {
            groups.remove(name);
            throw failure;
        }
        groups.fill(name, made.group());
        if (client instanceof ServerCallStreamObserver<?> call && call.isCancelled()) {
            groups.removeUnattached(name); // nobody will hear its name
        }
        return made.response().setGroup(name).build();
    }

    private CloseGroupResponse close(CloseGroupRequest request) {
        groups.remove(request.getGroup());
        return CloseGroupResponse.getDefaultInstance();
    }

    private StreamObserver<byte[]> run(StreamObserver<RunGroupResponse> client) {
        if (!streams.tryAcquire()) {
            client.onError(Refusals.of(
                    Status.RESOURCE_EXHAUSTED,
                    "there are " + limits.groups() + " streams already, which is the server's limit (--max-groups)"));
            return new Ignored();
        }
        return new GroupStream(
                groups, limits.messageBytes(), streams::release, (ServerCallStreamObserver<RunGroupResponse>) client);
    }

    /** What comes on a stream that was refused. */
    private static final class Ignored implements StreamObserver<byte[]> {
        @Override
        public void onNext(byte[] request) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    /** Takes messages as they come. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
