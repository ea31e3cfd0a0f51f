package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.time.Duration;
import kingfisher.env.v1.Attached;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Streams that go out of step, end or say nothing. */
class StreamFaultTest extends ScriptedTest {

    private static final Duration SHORT = Duration.ofMillis(1_200);

    private void assertBroken(Reaction<RunGroupResponse> reaction, String... texts) {
        server.at(RESET, reaction);
        assertResetFails(texts);
        server.at(RESET, Reaction.valid()).at(STEP, reaction);
        assertStepFails(texts);
        server.at(STEP, Reaction.valid());
    }

    @Test
    void answersHaveTheNumbersOfTheirRequests() {
        assertBroken(
                Reaction.changed(valid -> valid.toBuilder().setSequence(77).build()),
                "breaks the protocol: its answer has the number 77 instead of ");
        assertBroken(
                Reaction.changed(valid -> valid.toBuilder().setSequence(-1).build()),
                "its answer has the number 18446744073709551615 instead of ");
        assertBroken(
                Reaction.changed(valid -> valid.toBuilder().clearSequence().build()),
                "its answer has the number 0 instead of ");
    }

    @Test
    void aSecondAnswerToARequestIsOutOfNumber() {
        server.at(RESET, (valid, answers) -> {
            answers.onNext(valid);
            answers.onNext(valid);
        });

        assertStepFails("its answer has the number 2 instead of 3");
    }

    @Test
    void anAnswerSaysSomethingThatIsKnown() {
        assertBroken(
                Reaction.changed(valid -> valid.toBuilder().clearResponse().build()),
                "breaks the protocol: the answer to a ",
                " is RESPONSE_NOT_SET");
        assertBroken(
                Reaction.changed(valid -> valid.toBuilder()
                        .setAttached(Attached.getDefaultInstance())
                        .build()),
                " is ATTACHED");
    }

    @Test
    void aStreamThatEndsInTheMiddleIsLost() {
        assertBroken(
                Reaction.ended(),
                "the connection to the server at " + server.endpoint() + " was lost (OK)",
                "see whether it still runs, and what it says");
    }

    @ParameterizedTest
    @EnumSource(value = Status.Code.class, mode = EnumSource.Mode.EXCLUDE, names = "OK")
    void aStreamThatEndsWithAStatusIsLostInTheServersWords(Status.Code code) {
        assertBroken(
                Reaction.refused(code.toStatus().withDescription("no\r\nmore\u2028coffee")),
                "the connection to the server at " + server.endpoint() + " was lost (no more coffee)");
        assertBroken(Reaction.refused(code.toStatus()), "was lost (" + code + ")");
    }

    @Test
    void aStreamThatEndsBetweenRequestsIsLostAtTheNext() {
        server.at(RESET, (valid, answers) -> {
            answers.onNext(valid);
            answers.onError(Status.ABORTED.withDescription("the roof fell in").asRuntimeException());
        });

        assertStepFails("was lost (the roof fell in)");
    }

    @Test
    void aMessageLongerThanAgreedIsToldWithBothLengths() {
        server.atInfo(Reaction.changed(valid -> {
            var changed = valid.toBuilder();
            changed.getLimitsBuilder().setMessageBytes(1_000);
            return changed.build();
        }));
        change(STEP, batch -> batch.setRewards(ByteString.copyFrom(new byte[2_000])));

        assertStepFails("a message of the server", "is longer than it said they are", "1000");
    }

    @Test
    void aServerThatNeverAnswersIsGivenUp() {
        try (EnvironmentOpener hasty = opener(LONG, LONG, SHORT)) {
            server.at(RESET, Reaction.silent());
            RemoteGroup fresh = open(hasty, AutoresetMode.AUTORESET_MODE_SAME_STEP);
            assertFinal(
                    fresh,
                    InvalidInputException.class,
                    catchThrowable(() -> reset(fresh)),
                    "the server at " + server.endpoint() + " has not answered to a reset within 1200 ms",
                    "--environment-timeout has to be raised");

            server.at(RESET, Reaction.valid()).at(STEP, Reaction.silent());
            RemoteGroup used = open(hasty, AutoresetMode.AUTORESET_MODE_SAME_STEP);
            assertStepFails(used, "has not answered to a step within 1200 ms", "--environment-timeout");
        }
    }

    @Test
    void aServerThatDoesNotEndItsStreamDoesNotHoldUpTheClient() {
        server.at(STEP, Reaction.silent());
        RemoteGroup group = open();
        reset(group);
        group.sendStep(new double[COUNT]);
        group.close();

        assertThat(catchThrowable(() -> group.receive(step)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(id + ": the environments are closed");
    }

    @Test
    void anInterruptEndsTheWait() {
        server.at(STEP, Reaction.silent());
        RemoteGroup group = open();
        reset(group);
        group.sendStep(new double[COUNT]);
        Thread.currentThread().interrupt();

        Throwable thrown = catchThrowable(() -> group.receive(step));

        assertThat(Thread.interrupted()).isTrue();
        assertFinal(
                group, EnvironmentFailureException.class, thrown, "interrupted while waiting for an answer to a step");
    }

    @Test
    void theEndOfTheConnectionEndsTheGroup() {
        RemoteGroup group = open();
        reset(group);
        server.close();

        assertFinal(group, EnvironmentFailureException.class, catchThrowable(() -> step(group)), "was lost (");
    }

    @Test
    void callsComeInTurn() {
        try (RemoteGroup group = open()) {
            assertThat(catchThrowable(() -> group.receive(step)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(id + ": receive comes after send");
            group.sendReset(Reset.getDefaultInstance());
            assertThat(catchThrowable(() -> group.sendStep(new double[COUNT])))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("receive comes first");
            group.receive(step);
        }
    }
}
