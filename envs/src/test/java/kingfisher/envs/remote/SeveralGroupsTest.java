package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Status;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.Code;
import kingfisher.env.v1.Error;
import kingfisher.env.v1.InfoSelection;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorTimeStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of environments on two servers when one of them refuses or fails. */
class SeveralGroupsTest extends ScriptedTest {

    private final ScriptedServer other = new ScriptedServer();
    private final VectorTimeStep all = new VectorTimeStep(2 * COUNT, 1);
    private final ServerConnection here = connect(server);
    private final ServerConnection there = connect(other);
    private RemoteVectorEnvironment environments = new RemoteVectorEnvironment(List.of(group(here, 0)));

    private ServerConnection connect(ScriptedServer target) {
        ConnectionOptions options = ConnectionOptions.DEFAULT;
        return ServerConnection.open(
                id,
                Peer.elsewhere(target.endpoint(), Optional.empty(), options),
                options,
                Deadlines.of(options),
                new SocketLoop());
    }

    private RemoteGroup group(ServerConnection connection, int first) {
        GroupSettings settings = GroupSettings.of(
                id, ENVIRONMENT, Map.of(), AutoresetMode.AUTORESET_MODE_SAME_STEP, InfoSelection.INFO_SELECTION_NONE);
        return connection.createGroup(settings, first, COUNT);
    }

    @BeforeEach
    void share() {
        environments.close();
        environments = new RemoteVectorEnvironment(List.of(group(here, 0), group(there, COUNT)));
    }

    @AfterEach
    void closeBoth() {
        environments.close();
        here.close();
        there.close();
        other.close();
    }

    private void step() {
        environments.step(new double[2 * COUNT], all);
    }

    /** Everything but the closing fails as the step did. */
    private void assertFailed(String... texts) {
        Throwable thrown = catchThrowable(this::step);
        assertTold(EnvironmentFailureException.class, thrown, texts);
        List<Runnable> uses = List.of(
                this::step,
                () -> environments.reset(1, all),
                () -> environments.receive(all),
                () -> environments.snapshot());
        for (int i = 0; i < 2; i++) {
            assertThat(uses)
                    .allSatisfy(use -> assertThat(catchThrowable(use::run))
                            .isInstanceOf(EnvironmentFailureException.class)
                            .hasMessage(thrown.getMessage()));
            environments.close();
        }
    }

    @Test
    void anEnvironmentThatFailedIsNamedByItsRowAmongAll() {
        Error error = Error.newBuilder()
                .setCode(Code.CODE_ENVIRONMENT_FAILED)
                .setMessage("environment 1 of Fake-v0: fell over")
                .setEnvironment(1)
                .build();
        other.at(
                STEP,
                Reaction.changed(valid -> valid.toBuilder().setError(error).build()));
        environments.reset(1, all);

        assertFailed("environment 3: fell over");
    }

    @Test
    void theServerThatWasLostIsNamed() {
        server.at(STEP, Reaction.refused(Status.UNAVAILABLE.withDescription("no coffee")));
        environments.reset(1, all);

        assertFailed("the connection to the server at " + server.endpoint() + " was lost (no coffee)");
    }

    @Test
    void whatOneServerBreaksIsToldWithItsName() {
        other.at(
                STEP, Reaction.changed(valid -> valid.toBuilder().setSequence(9).build()));
        environments.reset(1, all);

        assertFailed("the server at " + other.endpoint() + " breaks the protocol");
    }

    @Test
    void theFirstResetThatFailsIsAnInput() {
        other.at(RESET, Reaction.ended());

        assertTold(InvalidInputException.class, catchThrowable(() -> environments.reset(1, all)), "was lost (OK)");
        assertTold(InvalidInputException.class, catchThrowable(() -> environments.reset(1, all)), "was lost (OK)");
    }

    @Test
    void whatOneServerOnlyRefusesLeavesAllUsableAfterAReset() {
        Error error = Error.newBuilder()
                .setCode(Code.CODE_INVALID_ARGUMENT)
                .setMessage("not today")
                .setUnchanged(true)
                .build();
        server.at(
                STEP,
                Reaction.changed(valid -> valid.toBuilder().setError(error).build()));
        environments.reset(1, all);

        assertTold(InvalidInputException.class, catchThrowable(this::step), "not today");
        assertTold(IllegalStateException.class, catchThrowable(this::step), "reset comes first");

        environments.reset(1, all);
        step();
        assertThat(all.rewards()).containsOnly(1);
    }
}
