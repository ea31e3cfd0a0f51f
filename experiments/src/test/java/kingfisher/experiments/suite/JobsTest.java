package kingfisher.experiments.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JobsTest {

    @Test
    void allAreDoneInTheirOrderOneAtATime() throws InterruptedException {
        StringBuilder order = new StringBuilder();
        Jobs.run(
                1,
                IntStream.range(0, 5)
                        .mapToObj(i -> (Jobs.Job) () -> order.append(i))
                        .toList());
        assertThat(order).hasToString("01234");
    }

    @Test
    void twoAreUnderWayTogether() throws InterruptedException {
        CountDownLatch both = new CountDownLatch(2);
        Jobs.Job waiting = () -> {
            both.countDown();
            both.await();
        };
        Jobs.run(2, List.of(waiting, waiting));
        assertThat(both.getCount()).isZero();
    }

    @Test
    void aFailureIsThrownAndTheRestIsNotBegun() throws InterruptedException {
        AtomicBoolean begun = new AtomicBoolean();
        CountDownLatch interrupted = new CountDownLatch(1);
        Jobs.Job failing = () -> {
            throw new IllegalArgumentException("no");
        };
        Jobs.Job waiting = () -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException asExpected) {
                interrupted.countDown();
                throw asExpected;
            }
        };
        Jobs.Job last = () -> begun.set(true);
        assertThatThrownBy(() -> Jobs.run(2, List.of(failing, waiting, waiting, last)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("no");
        interrupted.await();
        assertThat(begun).isFalse();
    }
}
