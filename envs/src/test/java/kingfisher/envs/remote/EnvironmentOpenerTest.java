package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorEnvironment;
import org.junit.jupiter.api.Test;

class EnvironmentOpenerTest {

    @Test
    void groupsHaveServersOfTheirOwnAsLongAsThereAreEnough() {
        assertThat(shares(List.of("a", "b"), 1)).containsExactly(List.of("a", "b"));
        assertThat(shares(List.of("a", "b"), 2)).containsExactly(List.of("a"), List.of("b"));
        assertThat(shares(List.of("a", "b", "c", "d"), 2)).containsExactly(List.of("a", "b"), List.of("c", "d"));
        assertThat(shares(List.of("a", "b", "c"), 2)).containsExactly(List.of("a"), List.of("b", "c"));
        assertThat(shares(List.of("a"), 2)).containsExactly(List.of("a"), List.of("a"));
        assertThat(shares(List.of("a", "b"), 3)).containsExactly(List.of("a"), List.of("b"), List.of("a"));
    }

    private static List<List<String>> shares(List<String> servers, int groups) {
        List<List<String>> shares = new ArrayList<>();
        for (int group = 0; group < groups; group++) {
            shares.add(EnvironmentOpener.share(servers, group, groups));
        }
        return shares;
    }

    @Test
    void nativeGroupsHaveTheSizeThatWasAskedFor() {
        try (EnvironmentOpener opener = new EnvironmentOpener(ConnectionOptions.DEFAULT)) {
            List<VectorEnvironment> groups = opener.openVectors("CartPole-v1", Map.of(), 3, 2);
            assertThat(groups).extracting(VectorEnvironment::count).containsExactly(3, 3);
            groups.forEach(VectorEnvironment::close);
        }
    }

    @Test
    void aGroupWithoutEnvironmentsIsRefused() {
        try (EnvironmentOpener opener = new EnvironmentOpener(ConnectionOptions.DEFAULT)) {
            assertThatThrownBy(() -> opener.openVectors("gym:CartPole-v1", Map.of(), 0, 2))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessage("the number of environments must be at least 1: 0");
        }
    }
}
