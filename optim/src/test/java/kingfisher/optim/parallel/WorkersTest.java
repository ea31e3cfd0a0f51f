package kingfisher.optim.parallel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyTaskRunsOnceACallAndIsVisibleAfterIt(int threads) {
        int calls = 20_000;
        int[] counts = new int[5];
        Runnable[] tasks = new Runnable[counts.length];
        for (int i = 0; i < tasks.length; i++) {
            int index = i;
            tasks[i] = () -> counts[index]++;
        }
        try (Workers workers = new Workers(threads)) {
            for (int call = 1; call <= calls; call++) {
                workers.run(tasks);
                for (int count : counts) {
                    assertThat(count).isEqualTo(call);
                }
            }
        }
    }

    @Test
    void aFailureReachesTheCallerAndLeavesTheWorkersUsable() {
        int[] done = new int[1];
        Runnable good = () -> done[0]++;
        Runnable bad = () -> {
            throw new IllegalStateException("broken");
        };
        try (Workers workers = new Workers(2)) {
            for (int i = 1; i <= 100; i++) {
                assertThatThrownBy(() -> workers.run(new Runnable[] {bad, good}))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("broken");
                assertThat(done[0]).isEqualTo(i);
            }
        }
    }

    @Test
    void ofSeveralFailuresThatOfTheFirstTaskIsTold() {
        Runnable slow = () -> {
            LockSupport.parkNanos(2_000_000);
            throw new IllegalStateException("first");
        };
        Runnable fast = () -> {
            throw new IllegalStateException("second");
        };
        try (Workers workers = new Workers(2)) {
            for (int i = 0; i < 20; i++) {
                assertThatThrownBy(() -> workers.run(new Runnable[] {slow, fast}))
                        .hasMessage("first");
                assertThatThrownBy(() -> workers.run(new Runnable[] {fast, slow}))
                        .hasMessage("second");
            }
        }
    }

    @Test
    void noThreadIsRefused() {
        assertThatThrownBy(() -> new Workers(0).close()).hasMessage("at least one thread is needed: 0");
    }
}
