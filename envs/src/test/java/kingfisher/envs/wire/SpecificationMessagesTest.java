package kingfisher.envs.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.env.v1.ProtocolVersion;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.EnvironmentSpecification;
import org.junit.jupiter.api.Test;

class SpecificationMessagesTest {

    private static final EnvironmentSpecification PLAIN = new EnvironmentSpecification(
            "Walk-v0", BoxSpace.uniform(2, -1, 1, ElementType.FLOAT64), new DiscreteSpace(3));

    @Test
    void aSpecificationComesBackUnderItsNewId() {
        EnvironmentSpecification full = new EnvironmentSpecification(
                "Walk-v0",
                PLAIN.observationSpace(),
                PLAIN.actionSpace(),
                OptionalInt.of(200),
                OptionalDouble.of(-110.5));

        assertThat(read(SpecificationMessages.write(PLAIN), "Walk-v0")).isEqualTo(PLAIN);
        assertThat(read(SpecificationMessages.write(full), "Walk-v0")).isEqualTo(full);
        assertThat(read(SpecificationMessages.write(PLAIN), "grpc://host:1/Walk-v0")
                        .id())
                .isEqualTo("grpc://host:1/Walk-v0");
    }

    @Test
    void aTimeLimitThatIsNoneIsRefused() {
        for (int wrong : new int[] {0, -1}) {
            kingfisher.env.v1.EnvironmentSpecification message = SpecificationMessages.write(PLAIN).toBuilder()
                    .setTimeLimit(wrong)
                    .build();
            assertThatThrownBy(() -> read(message, "Walk-v0"))
                    .isInstanceOf(UnreadableMessageException.class)
                    .hasMessage("the time limit must be in 1 … 2147483647, not " + Integer.toUnsignedString(wrong));
        }
    }

    @Test
    void versionsOfOneMajorUnderstandEachOther() {
        ProtocolVersion later =
                ProtocolVersion.newBuilder().setMajor(1).setMinor(7).build();
        ProtocolVersion next = ProtocolVersion.newBuilder().setMajor(2).build();

        assertThat(Protocol.isCompatible(later)).isTrue();
        assertThat(Protocol.isCompatible(next)).isFalse();
        assertThat(Protocol.isCompatible(ProtocolVersion.getDefaultInstance())).isFalse();
        assertThat(Protocol.text(later)).isEqualTo("1.7");
    }

    private static EnvironmentSpecification read(kingfisher.env.v1.EnvironmentSpecification message, String id) {
        return SpecificationMessages.read(
                message,
                id,
                SpaceLayout.read(message.getObservationSpace(), "the observation space"),
                SpaceLayout.read(message.getActionSpace(), "the action space"));
    }
}
