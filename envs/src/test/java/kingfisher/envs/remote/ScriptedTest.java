package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.InfoSelection;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.env.v1.StepBatch;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorTimeStep;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/**
 * A client of a scripted server: groups of two environments that show one number and take action 0 or 1. Each test ends
 * within the time that a hang is told by.
 */
@Timeout(60)
abstract class ScriptedTest {

    static final String ENVIRONMENT = "Fake-v0";
    static final int COUNT = 2;
    /** The numbers of the requests that every group sends first. */
    static final int ATTACH = 1;

    static final int RESET = 2;
    static final int STEP = 3;

    static final Duration LONG = Duration.ofSeconds(30);

    final ScriptedServer server = new ScriptedServer();
    final String id = server.id(ENVIRONMENT);
    final VectorTimeStep step = new VectorTimeStep(COUNT, 1);
    private final EnvironmentOpener opener = opener(LONG);

    @AfterEach
    void close() {
        opener.close();
        server.close();
    }

    /** An opener that waits so long for whatever a server does. */
    static EnvironmentOpener opener(Duration patience) {
        return opener(patience, patience, patience);
    }

    static EnvironmentOpener opener(Duration connect, Duration create, Duration request) {
        ConnectionOptions options = ConnectionOptions.DEFAULT;
        Deadlines usual = Deadlines.of(options);
        return new EnvironmentOpener(
                options, new Deadlines(connect, create, request, usual.keepalive(), usual.keepaliveAnswer()));
    }

    RemoteGroup open() {
        return open(opener, AutoresetMode.AUTORESET_MODE_SAME_STEP);
    }

    RemoteGroup open(AutoresetMode mode) {
        return open(opener, mode);
    }

    RemoteGroup open(EnvironmentOpener opener, AutoresetMode mode) {
        return opener.openGroup(id, Map.of(), COUNT, mode, InfoSelection.INFO_SELECTION_ALL);
    }

    StepBatch reset(RemoteGroup group) {
        group.sendReset(Reset.newBuilder().addSeeds(1).addSeeds(2).build());
        return group.receive(step);
    }

    StepBatch step(RemoteGroup group) {
        group.sendStep(new double[COUNT]);
        return group.receive(step);
    }

    /** Has the server change the batch with which it answers a request. */
    void change(int sequence, Consumer<StepBatch.Builder> change) {
        server.at(sequence, Reaction.changed(valid -> {
            RunGroupResponse.Builder changed = valid.toBuilder();
            change.accept(changed.getBatchBuilder());
            return changed.build();
        }));
    }

    /** The group cannot be opened, for a reason with all of these texts. */
    void assertRefused(String... texts) {
        assertRefused(opener, texts);
    }

    void assertRefused(EnvironmentOpener opener, String... texts) {
        assertTold(
                InvalidInputException.class,
                catchThrowable(() -> open(opener, AutoresetMode.AUTORESET_MODE_SAME_STEP)),
                texts);
    }

    /** The first reset of a new group fails, and with it the group. */
    void assertResetFails(String... texts) {
        RemoteGroup group = open();
        assertFinal(group, InvalidInputException.class, catchThrowable(() -> reset(group)), texts);
    }

    /** The first step of a new group fails, and with it the group. */
    void assertStepFails(String... texts) {
        assertStepFails(open(), texts);
    }

    void assertStepFails(RemoteGroup group, String... texts) {
        reset(group);
        assertFinal(group, EnvironmentFailureException.class, catchThrowable(() -> step(group)), texts);
    }

    /** What was thrown is thrown again by every use, and the group can be closed, also twice. */
    void assertFinal(RemoteGroup group, Class<? extends Throwable> type, Throwable thrown, String... texts) {
        assertTold(type, thrown, texts);
        assertThat(group.hasFailed()).isTrue();
        for (int i = 0; i < 2; i++) {
            assertThat(catchThrowable(() -> group.sendReset(Reset.getDefaultInstance())))
                    .isInstanceOf(type)
                    .hasMessage(thrown.getMessage());
            assertThat(catchThrowable(() -> group.sendStep(new double[COUNT])))
                    .isInstanceOf(type)
                    .hasMessage(thrown.getMessage());
            assertThat(catchThrowable(() -> group.receive(step)))
                    .isInstanceOf(type)
                    .hasMessage(thrown.getMessage());
            group.close();
        }
    }

    /** One line that begins with the environment's id. */
    void assertTold(Class<? extends Throwable> type, Throwable thrown, String... texts) {
        assertThat(thrown)
                .isExactlyInstanceOf(type)
                .hasMessageStartingWith(id + ": ")
                .message()
                .matches("[\\P{Cc}]+")
                .contains(texts);
    }
}
