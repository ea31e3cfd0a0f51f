package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeveralVectorsTest {

    private final List<String> closed = new ArrayList<>();

    private VectorEnvironment vector(int number) {
        if (number == 2) {
            throw new IllegalStateException("no third one");
        }
        FakeEnvironment environment = new FakeEnvironment() {
            @Override
            public void close() {
                closed.add("environment of group " + number);
            }
        };
        return new SequentialVectorEnvironment(List.of(environment));
    }

    @Test
    void asManyAreMadeAsWereAskedFor() {
        assertThat(VectorEnvironment.several(2, this::vector)).hasSize(2);
        assertThat(closed).isEmpty();
    }

    @Test
    void thoseBeforeOneThatCannotBeMadeAreClosed() {
        assertThatThrownBy(() -> VectorEnvironment.several(3, this::vector)).hasMessage("no third one");
        assertThat(closed).containsExactly("environment of group 0", "environment of group 1");
    }
}
