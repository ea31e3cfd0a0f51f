package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketLoopTest {

    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(50);

    private final SocketLoop loop = new SocketLoop();
    private final ExecutorService others = Executors.newCachedThreadPool();

    @BeforeEach
    void start() throws Exception {
        assertThat(loop.submit(() -> true).get()).isTrue();
    }

    @AfterEach
    void close() throws Exception {
        others.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).get(20, TimeUnit.SECONDS);
        assertThat(loop.isTerminated()).isTrue();
        assertThat(others.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }

    private static long in(Duration time) {
        return System.nanoTime() + time.toNanos();
    }

    private Thread threadOfTask() throws ExecutionException, InterruptedException {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        loop.execute(() -> thread.complete(Thread.currentThread()));
        return thread.get();
    }

    /** It does unless the loop's own thread takes long to let go, which is up to chance. */
    @Test
    void whoeverWaitsDoesTheWork() throws Exception {
        Thread worker;
        do {
            CompletableFuture<Thread> thread = new CompletableFuture<>();
            loop.send(() -> {
                var unused = loop.schedule(() -> thread.complete(Thread.currentThread()), 1, TimeUnit.MILLISECONDS);
            });
            assertThat(loop.inEventLoop()).isFalse();
            loop.await(thread::isDone, in(LONG));
            assertThat(loop.inEventLoop()).isFalse();
            worker = thread.join();
        } while (worker != Thread.currentThread());
    }

    @Test
    void whileNobodyWaitsTheLoopsOwnThreadDoesIt() throws Exception {
        Thread own = threadOfTask();
        assertThat(own).isNotSameAs(Thread.currentThread());
        for (int i = 0; i < 100; i++) {
            loop.await(() -> false, in(Duration.ofNanos(1)));
            assertThat(threadOfTask()).isSameAs(own);
        }
    }

    @Test
    void whatIsSentTogetherLeavesWhenAllIsSent() {
        List<String> order = new ArrayList<>();
        do {
            order.clear();
            loop.send(() -> {
                if (loop.inEventLoop()) {
                    loop.send(() -> loop.execute(() -> order.add("first")));
                    order.add("sent");
                    loop.send(() -> loop.execute(() -> order.add("second")));
                }
            });
        } while (order.isEmpty());

        assertThat(order).containsExactly("sent", "first", "second");
    }

    @Test
    void whatTakesTimeIsDoneWhileNobodyWaits() throws Exception {
        loop.send(() -> {});

        assertThat(loop.schedule(() -> true, 10, TimeUnit.MILLISECONDS).get(20, TimeUnit.SECONDS))
                .isTrue();
    }

    @Test
    void aDeadlineEndsTheWait() throws Exception {
        long before = System.nanoTime();

        loop.await(() -> false, in(SHORT));

        assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(SHORT.toNanos());
    }

    @Test
    void whoIsInterruptedStopsWaiting() throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> loop.await(() -> false, in(LONG))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();

        Thread waiting = Thread.currentThread();
        var unused = others.submit(() -> {
            LockSupport.parkNanos(SHORT.toNanos());
            waiting.interrupt();
        });
        assertThatThrownBy(() -> loop.await(() -> false, in(LONG))).isInstanceOf(InterruptedException.class);
    }

    @Test
    void theEndOfTheLoopDoesNotWaitForWhoWaits() throws Exception {
        AtomicBoolean release = new AtomicBoolean();
        Future<?> waiting = others.submit(() -> {
            loop.await(release::get, in(LONG));
            return null;
        });
        LockSupport.parkNanos(SHORT.toNanos());

        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).get(20, TimeUnit.SECONDS);

        assertThat(waiting).isNotDone();
        release.set(true);
        waiting.get(20, TimeUnit.SECONDS);
    }

    /** Who drives, who follows and who lets go is up to chance. */
    @RepeatedTest(5)
    void manyThreadsThatWaitAtTheSameTimeAllGetWhatTheyWaitFor() throws Exception {
        List<Future<?>> waiting = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int pause = i * 20_000;
            waiting.add(others.submit(() -> {
                for (int k = 0; k < 300; k++) {
                    waitForAnAnswer();
                    LockSupport.parkNanos(pause);
                }
                return null;
            }));
        }
        for (Future<?> thread : waiting) {
            thread.get(50, TimeUnit.SECONDS);
        }
    }

    private void waitForAnAnswer() throws InterruptedException {
        Thread asking = Thread.currentThread();
        AtomicBoolean answered = new AtomicBoolean();
        loop.send(() -> {
            var unused = loop.schedule(
                    () -> {
                        answered.set(loop.inEventLoop());
                        LockSupport.unpark(asking);
                    },
                    50,
                    TimeUnit.MICROSECONDS);
        });
        loop.await(answered::get, in(LONG));
        assertThat(answered).isTrue();
    }
}
