package kingfisher.optim.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.SupervisedTask;
import org.junit.jupiter.api.Test;

final class HessianFreeExampleTest {

    private static final long SEED = 20261203;

    @Test
    void reachesItsGoal() {
        SupervisedTask task = SupervisedTask.regression(new CpuBackend(), Activation.TANH, 64, SEED, 2, 16, 16, 1);
        double[] values = Arrays.stream(task.fixture.inputs)
                .mapToDouble(x -> Math.sin(3 * x[0]) * x[1])
                .toArray();
        task.objective.setBatch(task.input, List.of(values));
        double loss = HessianFreeExample.fit(task.model, task.metrics, task.objective, SEED, 1e-3);
        assertThat(loss).as(task.description).isLessThanOrEqualTo(1e-3);
    }

    @Test
    void isWhatThePageShows() throws IOException {
        String page = Files.readString(Path.of("README.md"));
        String source = Files.readString(Path.of("src/test/java/kingfisher/optim/example/HessianFreeExample.java"));
        assertThat(page)
                .as("paste the marked lines into README.md")
                .contains("```java\n" + SpiralsExampleTest.marked(source) + "```\n");
    }
}
