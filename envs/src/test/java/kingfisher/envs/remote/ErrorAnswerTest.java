package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import kingfisher.env.v1.Code;
import kingfisher.env.v1.Error;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that a server answers with an error. */
class ErrorAnswerTest extends ScriptedTest {

    /** What a refusal of one request is here. */
    private static Class<? extends Throwable> refusal(Code code) {
        return code == Code.CODE_FAILED_PRECONDITION ? IllegalStateException.class : InvalidInputException.class;
    }

    private void answer(int sequence, Error.Builder error) {
        server.at(
                sequence,
                Reaction.changed(valid -> valid.toBuilder().setError(error).build()));
    }

    private static Error.Builder error(Code code) {
        return Error.newBuilder().setCode(code).setMessage("not\ntoday");
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            names = {"CODE_INVALID_ARGUMENT", "CODE_UNIMPLEMENTED", "CODE_FAILED_PRECONDITION"})
    void aRefusalThatLeftAllUnchangedIsOverWithIt(Code code) {
        answer(RESET, error(code).setUnchanged(true));
        answer(STEP + 1, error(code).setUnchanged(true));
        Class<? extends Throwable> type = refusal(code);
        try (RemoteGroup group = open()) {
            assertTold(type, catchThrowable(() -> reset(group)), "not today");
            reset(group);
            assertTold(type, catchThrowable(() -> step(group)), "not today");
            assertThat(group.hasFailed()).isFalse();
            step(group);
            assertThat(step.rewards()).containsOnly(1);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Code.class, mode = EnumSource.Mode.EXCLUDE, names = "UNRECOGNIZED")
    void afterAnErrorThatChangedSomethingTheGroupIsNotUsedAnyMore(Code code) {
        answer(RESET, error(code));
        assertResetFails("not today");
        server.at(RESET, Reaction.valid());
        answer(STEP, error(code));
        assertStepFails("not today");
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"CODE_INVALID_ARGUMENT", "CODE_UNIMPLEMENTED", "CODE_FAILED_PRECONDITION", "UNRECOGNIZED"})
    void whatIsNoRefusalOfARequestEndsTheGroupEvenIfNothingChanged(Code code) {
        answer(STEP, error(code).setUnchanged(true));

        assertStepFails("not today");
    }

    @Test
    void aCodeOfALaterVersionEndsTheGroup() {
        answer(STEP, Error.newBuilder().setCodeValue(99).setMessage("news").setUnchanged(true));

        assertStepFails("news");
    }

    @Test
    void anErrorWithoutTextIsToldByItsCode() {
        answer(STEP, Error.newBuilder().setCode(Code.CODE_INTERNAL));

        assertStepFails("the server at " + server.endpoint() + " answers CODE_INTERNAL and does not say why");
    }

    @Test
    void aLongTextIsCutOff() {
        answer(STEP, Error.newBuilder().setCode(Code.CODE_INTERNAL).setMessage("long ".repeat(100_000)));

        RemoteGroup group = open();
        reset(group);

        assertThat(catchThrowable(() -> step(group)).getMessage())
                .hasSizeLessThan(2_200)
                .endsWith("…");
    }

    @Test
    void anEnvironmentThatFailedIsNamedByItsRowOfAllAndItsTraceIsTheCause() {
        answer(
                STEP,
                error(Code.CODE_ENVIRONMENT_FAILED)
                        .setMessage("environment 1 of Fake-v0: ValueError: fell\nover")
                        .setEnvironment(1)
                        .setException("ValueError")
                        .setTrace("File robot.py\n  line 7"));
        RemoteGroup group = open();
        reset(group);

        Throwable thrown = catchThrowable(() -> step(group));

        assertThat(thrown.getCause()).isInstanceOf(RemoteTraceException.class).hasMessage("File robot.py\n  line 7");
        assertFinal(
                group,
                EnvironmentFailureException.class,
                thrown,
                id + ": environment 1: ValueError: fell over (where, the server's messages say)");
    }
}
