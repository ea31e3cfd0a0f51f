package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestNamesTest {

    private static final List<String> IDS = List.of(
            "CartPole-v0", "CartPole-v1", "Acrobot-v1", "MountainCar-v0", "MountainCarContinuous-v0", "Pendulum-v1");

    @Test
    void distanceCountsInsertionsDeletionsReplacementsAndSwaps() {
        assertThat(NearestNames.distance("clip", "clip")).isZero();
        assertThat(NearestNames.distance("clip", "clips")).isEqualTo(1);
        assertThat(NearestNames.distance("clip", "cip")).isEqualTo(1);
        assertThat(NearestNames.distance("clip", "clap")).isEqualTo(1);
        assertThat(NearestNames.distance("clip", "cilp")).isEqualTo(1);
        assertThat(NearestNames.distance("", "clip")).isEqualTo(4);
        assertThat(NearestNames.distance("kitten", "sitting")).isEqualTo(3);
    }

    @Test
    void caseDoesNotCount() {
        assertThat(NearestNames.distance("CARTPOLE", "cartpole")).isZero();
    }

    @Test
    void theNearestComesFirstAndThereAreAtMostThree() {
        assertThat(NearestNames.of("cartpole-v1", IDS))
                .startsWith("CartPole-v1", "CartPole-v0")
                .hasSizeLessThanOrEqualTo(3);
        assertThat(NearestNames.of("Pendulum", IDS)).startsWith("Pendulum-v1");
        assertThat(NearestNames.of("aaaa", List.of("aaab", "aaac", "aaad", "aaae")))
                .containsExactly("aaab", "aaac", "aaad");
    }

    @Test
    void namesThatShareNothingAreNotOffered() {
        assertThat(NearestNames.of("xyz", IDS)).isEmpty();
        assertThat(NearestNames.hint("xyz", List.of("gamma", "alpha"))).isEqualTo("; known: alpha, gamma");
    }

    @Test
    void theHintNamesTheNearest() {
        assertThat(NearestNames.hint("max-kl1", List.of("max-kl", "hidden"))).isEqualTo("; nearest: max-kl");
    }
}
