package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessLockTest {

    @Test
    @SuppressWarnings("try") // the lock is held, not used
    void whatIsLockedCanNotBeTakenUntilItIsReleased(@TempDir Path folder) {
        Path file = folder.resolve("lock");
        try (ProcessLock lock = ProcessLock.take(file, "taken")) {
            assertThatThrownBy(() -> ProcessLock.take(file, "taken"))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("taken");
        }
        ProcessLock.take(file, "taken").close();
    }
}
