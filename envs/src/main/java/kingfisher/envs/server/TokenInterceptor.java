package kingfisher.envs.server;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import kingfisher.envs.wire.Protocol;
import org.jspecify.annotations.Nullable;

/** Ends calls that do not carry the token with UNAUTHENTICATED, before anything else of them is looked at. */
final class TokenInterceptor implements ServerInterceptor {

    private final byte[] expected;

    TokenInterceptor(String token) {
        this.expected = Protocol.bearer(token).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        @Nullable String given = headers.get(Protocol.AUTHORIZATION);
        if (given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.US_ASCII), expected)) {
            return next.startCall(call, headers);
        }
        String reason = given == null ? "a token is needed, and none was sent" : "the token is not this server's";
        call.close(Status.UNAUTHENTICATED.withDescription(reason), new Metadata());
        return new ServerCall.Listener<>() {};
    }
}
