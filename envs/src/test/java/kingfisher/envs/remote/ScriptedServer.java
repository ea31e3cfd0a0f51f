package kingfisher.envs.remote;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import kingfisher.env.v1.CloseGroupRequest;
import kingfisher.env.v1.CloseGroupResponse;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.GetServerInfoRequest;
import kingfisher.env.v1.GetServerInfoResponse;
import kingfisher.env.v1.RunGroupRequest;
import kingfisher.env.v1.RunGroupResponse;
import org.jspecify.annotations.Nullable;

/** A server on a free port that answers as it should, except where a test says otherwise. */
final class ScriptedServer implements AutoCloseable {

    private final Function<Message, byte[]> encoder;
    private final Server server;
    private final Map<Long, Reaction<RunGroupResponse>> reactions = new ConcurrentHashMap<>();
    private final List<String> closed = new CopyOnWriteArrayList<>();
    private volatile Reaction<GetServerInfoResponse> atInfo = Reaction.valid();
    private volatile Reaction<CreateGroupResponse> atCreate = Reaction.valid();
    private volatile @Nullable ValidAnswers group;

    ScriptedServer() {
        this(Message::toByteArray);
    }

    /** A server whose answers become bytes in another way. */
    ScriptedServer(Function<Message, byte[]> encoder) {
        this.encoder = encoder;
        ServerServiceDefinition service = ServerServiceDefinition.builder(EnvironmentServiceGrpc.SERVICE_NAME)
                .addMethod(encoded(EnvironmentServiceGrpc.getGetServerInfoMethod()), unary(this::info))
                .addMethod(encoded(EnvironmentServiceGrpc.getCreateGroupMethod()), unary(this::create))
                .addMethod(encoded(EnvironmentServiceGrpc.getCloseGroupMethod()), unary(this::close))
                .addMethod(
                        encoded(EnvironmentServiceGrpc.getRunGroupMethod()),
                        ServerCalls.asyncBidiStreamingCall(Stream::new))
                .build();
        try {
            server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                    .directExecutor()
                    .addService(service)
                    .build()
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private <Q, A extends Message> MethodDescriptor<Q, A> encoded(MethodDescriptor<Q, A> method) {
        return method.toBuilder(method.getRequestMarshaller(), new Encoded<>(method.getResponseMarshaller()))
                .build();
    }

    private static <Q, A> ServerCallHandler<Q, A> unary(ServerCalls.UnaryMethod<Q, A> method) {
        return ServerCalls.asyncUnaryCall(method);
    }

    /** What to do when the server is asked what it is. */
    ScriptedServer atInfo(Reaction<GetServerInfoResponse> reaction) {
        atInfo = reaction;
        return this;
    }

    /** What to do when a group is to be created. */
    ScriptedServer atCreate(Reaction<CreateGroupResponse> reaction) {
        atCreate = reaction;
        return this;
    }

    /** What to do at one request of every stream; the first is Attach. */
    ScriptedServer at(long sequence, Reaction<RunGroupResponse> reaction) {
        reactions.put(sequence, reaction);
        return this;
    }

    Endpoint.Tcp endpoint() {
        return new Endpoint.Tcp("127.0.0.1", server.getPort(), false);
    }

    /** The id of an environment here. */
    String id(String environment) {
        return "grpc://" + endpoint() + "/" + environment;
    }

    /** The groups that were closed by a call. */
    List<String> closed() {
        return closed;
    }

    private void info(GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> answers) {
        atInfo.to(ValidAnswers.info(), new Single<>(answers));
    }

    private void create(CreateGroupRequest request, StreamObserver<CreateGroupResponse> answers) {
        ValidAnswers made = new ValidAnswers(request);
        group = made;
        atCreate.to(made.created(), new Single<>(answers));
    }

    private void close(CloseGroupRequest request, StreamObserver<CloseGroupResponse> answers) {
        closed.add(request.getGroup());
        new Single<>(answers).onNext(CloseGroupResponse.getDefaultInstance());
    }

    /** Ends all connections, and returns when they have ended: a request that is sent after that is not answered. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            if (!server.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the server's connections have not ended");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Requests of one stream, to the group that was created last. */
    private final class Stream implements StreamObserver<RunGroupRequest> {

        private final StreamObserver<RunGroupResponse> answers;

        Stream(StreamObserver<RunGroupResponse> answers) {
            this.answers = answers;
        }

        @Override
        public void onNext(RunGroupRequest request) {
            ValidAnswers made = group;
            if (made == null) {
                throw new IllegalStateException("no group was created");
            }
            reactions.getOrDefault(request.getSequence(), Reaction.valid()).to(made.to(request), answers);
        }

        @Override
        public void onError(Throwable cancelled) {
            // the call is over
        }

        @Override
        public void onCompleted() {
            answers.onCompleted();
        }
    }

    /** Completes a call with its first answer. */
    private record Single<T>(StreamObserver<T> answers) implements StreamObserver<T> {

        @Override
        public void onNext(T answer) {
            answers.onNext(answer);
            answers.onCompleted();
        }

        @Override
        public void onError(Throwable status) {
            answers.onError(status);
        }

        @Override
        public void onCompleted() {
            answers.onCompleted();
        }
    }

    /** Makes bytes of answers by the encoder. */
    private final class Encoded<T extends Message> implements MethodDescriptor.Marshaller<T> {

        private final MethodDescriptor.Marshaller<T> inner;

        Encoded(MethodDescriptor.Marshaller<T> inner) {
            this.inner = inner;
        }

        @Override
        public InputStream stream(T value) {
            return new ByteArrayInputStream(encoder.apply(value));
        }

        @Override
        public T parse(InputStream stream) {
            return inner.parse(stream);
        }
    }
}
