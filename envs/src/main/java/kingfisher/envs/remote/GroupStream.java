package kingfisher.envs.remote;

import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import kingfisher.env.v1.RunGroupRequest;
import kingfisher.env.v1.RunGroupResponse;
import org.jspecify.annotations.Nullable;

/**
 * The stream of one group, with at most one request under way. One thread sends and receives, any may close.
 */
final class GroupStream {

    private static final long GOODBYE_NANOS = Duration.ofSeconds(1).toNanos();

    private final ClientCall<RunGroupRequest, RunGroupResponse> call;
    private final SocketLoop loop;
    private final Responses responses = new Responses();
    private volatile boolean cancelled;

    /**
     * Starts the call.
     *
     * @param loop reads and writes its connection
     */
    GroupStream(ClientCall<RunGroupRequest, RunGroupResponse> call, SocketLoop loop) {
        this.call = call;
        this.loop = loop;
        call.start(responses, new Metadata());
    }

    /** Sends a request; if the stream has ended, {@link #receive} says so. */
    void send(RunGroupRequest request) {
        if (responses.end == null && !cancelled) {
            loop.send(() -> {
                call.request(1);
                call.sendMessage(request);
            });
        }
    }

    /** Runs what sends requests on this stream and on others of the same loop, which leave together. */
    void sendTogether(Runnable requests) {
        loop.send(requests);
    }

    /**
     * Waits for the next response.
     *
     * @throws EndedException if the stream ended instead
     * @throws TimeoutException if nothing came by {@code deadline}, of {@link System#nanoTime}
     */
    RunGroupResponse receive(long deadline) throws EndedException, TimeoutException, InterruptedException {
        RunGroupResponse response = responses.await(loop, deadline);
        if (response == null) {
            throw new TimeoutException();
        }
        return response;
    }

    /** Ends the stream at once. */
    void cancel() {
        cancelled = true; // the call refuses everything from now on, and tells of its end only later
        call.cancel("the group is not used any more", null);
    }

    /** Tells the server that nothing more comes. */
    void requestEnd() {
        if (responses.end == null && !cancelled) {
            call.halfClose();
        }
    }

    /** Waits a moment for the end of the stream, then ends it; the end of one that was cancelled needs no waiting for. */
    void awaitEnd() {
        if (cancelled) {
            return; // and leaves the news to the thread that may be waiting for an answer
        }
        try {
            responses.await(loop, System.nanoTime() + GOODBYE_NANOS);
        } catch (EndedException asItShould) {
            return;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        cancel();
    }

    /** The server ended the stream. */
    static final class EndedException extends Exception {

        private static final long serialVersionUID = 1;

        private final transient Status status;

        EndedException(Status status) {
            super(status.toString(), status.getCause());
            this.status = status;
        }

        /** What gRPC says of it. */
        Status status() {
            return status;
        }
    }

    /** Called by the thread that drives the loop, which it never holds up. */
    private static final class Responses extends ClientCall.Listener<RunGroupResponse> {

        private volatile @Nullable RunGroupResponse response;
        private volatile @Nullable Status end;
        private volatile @Nullable Thread waiting;

        @Override
        public void onMessage(RunGroupResponse message) {
            response = message;
            wake();
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            end = status;
            wake();
        }

        private void wake() {
            Thread thread = waiting;
            if (thread != Thread.currentThread()) {
                LockSupport.unpark(thread);
            }
        }

        /** The next response; null if there is none by the deadline. */
        @Nullable
        RunGroupResponse await(SocketLoop loop, long deadline) throws EndedException, InterruptedException {
            waiting = Thread.currentThread();
            loop.await(() -> response != null || end != null, deadline);
            RunGroupResponse came = response;
            if (came != null) {
                response = null;
                return came;
            }
            Status ended = end;
            if (ended != null) {
                throw new EndedException(ended);
            }
            return null;
        }
    }
}
