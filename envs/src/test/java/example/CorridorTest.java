package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.check.EnvironmentChecker;
import kingfisher.envs.registry.Environments;
import org.junit.jupiter.api.Test;

class CorridorTest {

    @Test
    void theRegistryFindsIt() {
        try (Environment environment = Environments.create("Corridor-v0", Map.of("length", "5"))) {
            assertThat(environment.specification().observationSpace()).hasToString("Discrete(5)");
        }
        assertThatThrownBy(() -> Environments.create("Corridor-v0", Map.of("length", "1")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("Corridor-v0: argument length must be at least 2: 1");
    }

    @Test
    void theCheckerFindsNothing() {
        assertThat(EnvironmentChecker.check(() -> Environments.create("Corridor-v0", Map.of())))
                .isEmpty();
    }

    @Test
    void theReadmeShowsThisCode() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String provider = Files.readString(Path.of("src/test/java/example/CorridorProvider.java"));
        String registration = provider.substring(provider.indexOf("public final class"));

        assertThat(readme).contains(registration.strip());
    }
}
