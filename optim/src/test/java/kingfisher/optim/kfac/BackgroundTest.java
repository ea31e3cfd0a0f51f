package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** In which order and beside what the threads beside the steps work. */
final class BackgroundTest {

    /** Enough for any machine; only a failure takes so long. */
    private static final long PATIENCE_SECONDS = 60;

    @Test
    void factorsDoNotWaitForADecomposition() {
        CountDownLatch averaged = new CountDownLatch(1);
        try (Background background = new Background()) {
            Future<Boolean> decomposition = background.submitDecompositions(() -> averaged, BackgroundTest::await);
            background.submitFactors(() -> {
                averaged.countDown();
                return null;
            });
            assertThat(background.awaitFactors()).isNull();
            assertThat(Background.await(decomposition))
                    .as("factors were averaged during the decomposition")
                    .isTrue();
        }
    }

    private static boolean await(CountDownLatch latch) {
        try {
            return latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void aDecompositionCopiesWhatTheFactorsBeforeItHaveLeft() {
        List<Integer> averages = new ArrayList<>();
        List<Future<List<Integer>>> copies = new ArrayList<>();
        try (Background background = new Background()) {
            for (int i = 0; i < 100; i++) {
                int batch = i;
                background.submitFactors(() -> {
                    averages.add(batch);
                    return null;
                });
                copies.add(background.submitDecompositions(() -> List.copyOf(averages), copy -> copy));
            }
            for (int i = 0; i < copies.size(); i++) {
                assertThat(Background.await(copies.get(i))).hasSize(i + 1).endsWith(i);
            }
        }
    }

    @Test
    void settlingKeepsTheAnswer() {
        try (Background background = new Background()) {
            background.settleFactors();
            background.submitFactors(() -> "not finite");
            background.settleFactors();
            assertThat(background.awaitFactors()).isEqualTo("not finite");
            assertThat(background.awaitFactors()).isNull();
        }
    }

    @Test
    void whatTheWorkThrowsIsThrown() {
        try (Background background = new Background()) {
            background.submitFactors(() -> {
                throw new IllegalStateException("factors");
            });
            assertThatThrownBy(background::awaitFactors)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("factors");
            Future<Integer> decomposition = background.submitDecompositions(() -> 1, one -> {
                throw new AssertionError("decomposition");
            });
            assertThatThrownBy(() -> Background.await(decomposition))
                    .isInstanceOf(AssertionError.class)
                    .hasMessage("decomposition");
        }
    }

    @Test
    void anInterruptIsKeptForLater() {
        Thread.currentThread().interrupt();
        try {
            Future<Integer> later = new CompletableFuture<Integer>().completeOnTimeout(3, 20, TimeUnit.MILLISECONDS);
            assertThat(Background.await(later)).isEqualTo(3);
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void closingWorksOffWhatWasBegun() {
        CountDownLatch begin = new CountDownLatch(1);
        Future<Integer> decomposition;
        try (Background background = new Background()) {
            background.submitFactors(() -> {
                begin.await();
                return null;
            });
            decomposition = background.submitDecompositions(() -> 6, six -> 7 * six);
            begin.countDown();
        }
        assertThat(decomposition.isDone()).isTrue();
        assertThat(Background.await(decomposition)).isEqualTo(42);
    }
}
