package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import java.util.Map;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.GetServerInfoResponse;
import kingfisher.env.v1.InfoSelection;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorTimeStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bytes that are no message: the server is at fault, and not whoever waits for it. */
@Timeout(60)
class UnreadableAnswerTest {

    private static final String TEXT = " breaks the protocol: its answer cannot be read (";

    private volatile Class<?> unreadable = Void.class;
    private final ScriptedServer server = new ScriptedServer(this::bytes);
    private final String id = server.id(ScriptedTest.ENVIRONMENT);
    private final EnvironmentOpener opener = ScriptedTest.opener(ScriptedTest.LONG);

    @AfterEach
    void close() {
        opener.close();
        server.close();
    }

    private byte[] bytes(Message valid) {
        return unreadable.isInstance(valid) ? new byte[] {-1} : valid.toByteArray();
    }

    private RemoteGroup open() {
        return opener.openGroup(
                id, Map.of(), 1, AutoresetMode.AUTORESET_MODE_SAME_STEP, InfoSelection.INFO_SELECTION_NONE);
    }

    @Test
    void whileAGroupIsOpenedItIsNot() {
        for (Class<?> kind :
                new Class<?>[] {GetServerInfoResponse.class, CreateGroupResponse.class, RunGroupResponse.class}) {
            unreadable = kind;
            assertThatThrownBy(this::open)
                    .as(kind.getSimpleName())
                    .isExactlyInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(id + ": the server at " + server.endpoint() + TEXT)
                    .hasMessageNotContaining("interrupted");
        }
    }

    @Test
    void inTheMiddleItEndsTheGroup() {
        VectorTimeStep step = new VectorTimeStep(1, 1);
        RemoteGroup group = open();
        group.sendReset(Reset.getDefaultInstance());
        group.receive(step);
        unreadable = RunGroupResponse.class;
        group.sendStep(new double[1]);

        assertThatThrownBy(() -> group.receive(step))
                .isExactlyInstanceOf(EnvironmentFailureException.class)
                .hasMessageStartingWith(id + ": the server at " + server.endpoint() + TEXT);
        assertThat(group.hasFailed()).isTrue();
        group.close();
    }
}
