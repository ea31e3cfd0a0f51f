package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.RepeatedTest;

class GroupStreamTest extends ScriptedTest {

    /** Which of the two threads hears of the end first is up to chance. */
    @RepeatedTest(20)
    void whoeverClosesItTheOneWhoWaitsIsTold() throws Exception {
        ConnectionOptions options = ConnectionOptions.DEFAULT;
        Peer peer = Peer.elsewhere(server.endpoint(), Optional.empty(), options);
        try (ServerConnection connection =
                ServerConnection.open(id, peer, options, Deadlines.of(options), new SocketLoop())) {
            GroupStream stream = connection.stream();
            CompletableFuture<Status> end = CompletableFuture.supplyAsync(() -> awaitEnd(stream));

            stream.cancel();
            stream.awaitEnd();

            assertThat(end.get(20, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.CANCELLED);
        }
    }

    private static Status awaitEnd(GroupStream stream) {
        try {
            throw new AssertionError(stream.receive(System.nanoTime() + LONG.toNanos()));
        } catch (GroupStream.EndedException ended) {
            return ended.status();
        } catch (TimeoutException | InterruptedException late) {
            throw new AssertionError(late);
        }
    }
}
