package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.Code;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.Error;
import kingfisher.env.v1.GetServerInfoResponse;
import kingfisher.env.v1.Health;
import kingfisher.env.v1.ProtocolVersion;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.env.v1.StepBatch;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that refuse or break the calls with which every group begins; nothing is left open then. */
class OpeningFaultTest extends ScriptedTest {

    private static final Duration SHORT = Duration.ofMillis(300);
    /** Enough for a connection even where much else runs. */
    private static final Duration LONGER = Duration.ofMillis(1_500);

    private void info(Consumer<GetServerInfoResponse.Builder> change) {
        server.atInfo(Reaction.changed(valid -> {
            GetServerInfoResponse.Builder changed = valid.toBuilder();
            change.accept(changed);
            return changed.build();
        }));
    }

    private void created(Consumer<CreateGroupResponse.Builder> change) {
        server.atCreate(Reaction.changed(valid -> {
            CreateGroupResponse.Builder changed = valid.toBuilder();
            change.accept(changed);
            return changed.build();
        }));
    }

    @Test
    void anotherMajorVersionIsToldWithBoth() {
        info(info -> info.setProtocol(ProtocolVersion.newBuilder().setMajor(2).setMinor(3))
                .setName("new\nserver"));

        assertRefused("(new server 1.2.3)", "version 2.3", "this program 1.0", "update the older of the two");
    }

    @Test
    void aServerThatTellsNoVersionIsOfAnotherOne() {
        info(GetServerInfoResponse.Builder::clearProtocol);

        assertRefused("version 0.0", "this program 1.0");
    }

    @Test
    void anotherMinorVersionIsUnderstood() {
        info(info -> info.setProtocol(ProtocolVersion.newBuilder().setMajor(1).setMinor(-1)));

        try (RemoteGroup group = open()) {
            assertThat(reset(group).getObservationsCount()).isEqualTo(1);
        }
    }

    @Test
    void aServerWithoutTheServiceIsNone() {
        server.atInfo(Reaction.refused(Status.UNIMPLEMENTED.withDescription("Method not found")));

        assertRefused("what listens at " + server.endpoint() + " is no server of environments");
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"OK", "UNIMPLEMENTED", "UNAUTHENTICATED", "PERMISSION_DENIED", "DEADLINE_EXCEEDED"})
    void whatAServerSaysIsPassedOn(Status.Code code) {
        Status status = code.toStatus().withDescription("there is no room;\n try \u001b[31mlater\u0085");
        server.atInfo(Reaction.refused(status));
        assertRefused("there is no room; try [31mlater");

        server.atInfo(Reaction.valid()).atCreate(Reaction.refused(status));
        assertRefused("there is no room; try [31mlater");

        server.atCreate(Reaction.valid()).at(ATTACH, Reaction.refused(status));
        assertRefused("there is no room; try [31mlater");
    }

    @Test
    void aStatusWithoutTextIsToldByItsName() {
        server.atCreate(Reaction.refused(Status.RESOURCE_EXHAUSTED));
        assertRefused("RESOURCE_EXHAUSTED");

        server.atCreate(Reaction.refused(Status.RESOURCE_EXHAUSTED.withDescription(" ")));
        assertRefused("RESOURCE_EXHAUSTED");
    }

    @Test
    void aServerThatIsStoppingIsToldWithItsText() {
        info(info -> info.setHealth(Health.HEALTH_DRAINING));
        server.atCreate(Reaction.refused(Status.UNAVAILABLE.withDescription("the server is stopping")));

        assertRefused("the server at " + server.endpoint() + " cannot be used: the server is stopping");
    }

    @Test
    void aStreamThatEndsAtOnceIsRefused() {
        server.at(ATTACH, Reaction.ended());

        assertRefused("ended the call without an answer");
    }

    @Test
    void aTokenIsAskedForOrRefused() {
        server.atInfo(Reaction.refused(Status.UNAUTHENTICATED.withDescription("who are you")));

        assertTold(
                InvalidInputException.class,
                catchThrowable(() -> connect(Optional.empty())),
                "the server at " + server.endpoint() + " asks for a token",
                "--token-file or KINGFISHER_TOKEN");
        assertTold(
                InvalidInputException.class,
                catchThrowable(() -> connect(Optional.of("the-wrong-one"))),
                "the server at " + server.endpoint() + " refuses the token",
                "--token-file or KINGFISHER_TOKEN");
        assertThat(catchThrowable(() -> connect(Optional.of("the-wrong-one"))))
                .hasMessageNotContaining("the-wrong-one");
    }

    private ServerConnection connect(Optional<String> token) {
        ConnectionOptions options = ConnectionOptions.DEFAULT;
        return ServerConnection.open(
                id,
                Peer.elsewhere(server.endpoint(), token, options),
                options,
                Deadlines.of(options),
                new SocketLoop());
    }

    @Test
    void whoNeverAnswersIsGivenUp() {
        server.atInfo(Reaction.silent());
        assertLate(opener(SHORT, LONG, LONG), "has not answered within 300 ms", "it cannot be reached");

        server.atInfo(Reaction.valid()).atCreate(Reaction.silent());
        assertLate(
                opener(LONG, SHORT, LONG),
                "has not answered to the making of 2 environments within 300 ms",
                "fewer are needed");

        server.atCreate(Reaction.valid()).at(ATTACH, Reaction.silent());
        assertLate(opener(LONGER, LONG, LONG), "has not answered to be attached to the environments within 1500 ms");
    }

    private void assertLate(EnvironmentOpener hasty, String... texts) {
        try (hasty) {
            assertRefused(hasty, texts);
        }
    }

    @Test
    void anInterruptEndsTheWait() {
        try (RemoteGroup connected = open()) {
            assertThat(connected.count()).isEqualTo(COUNT);
        }
        server.atCreate(Reaction.silent());
        Thread.currentThread().interrupt();
        Throwable thrown = catchThrowable(this::open);

        assertThat(Thread.interrupted()).isTrue();
        assertTold(InvalidInputException.class, thrown, "interrupted while waiting for the server");
    }

    @Test
    void leavesThatAreNotThoseOfTheSpacesAreRefusedAndTheGroupIsForgotten() {
        created(created -> created.getObservationLeavesBuilder(0).addShape(2));
        assertRefused("the leaves are not those of the spaces");

        created(CreateGroupResponse.Builder::clearActionLeaves);
        assertRefused("the leaves are not those of the spaces");

        created(created -> created.addObservationLeaves(created.getObservationLeaves(0)));
        assertRefused("the leaves are not those of the spaces");

        created(created -> created.getObservationLeavesBuilder(0).addPath("elsewhere"));
        assertRefused("the leaves are not those of the spaces");

        created(created -> created.getActionLeavesBuilder(0).setTypeValue(77));
        assertRefused("the leaves are not those of the spaces");
        assertThat(server.closed()).isNotEmpty().containsOnly("the-group");
    }

    @Test
    void anEmptyAnswerIsRefused() {
        server.atCreate(Reaction.changed(valid -> CreateGroupResponse.getDefaultInstance()));

        assertRefused("the observation space is of a kind that is not known");
    }

    @Test
    void aTimeLimitThatIsNoneIsRefused() {
        created(created -> created.getSpecificationBuilder().setTimeLimit(0));
        assertRefused("the time limit must be in 1 … 2147483647, not 0");

        created(created -> created.getSpecificationBuilder().setTimeLimit(-1));
        assertRefused("the time limit must be in 1 … 2147483647, not 4294967295");
    }

    @Test
    void valuesThatDoNotFitIntoMessagesAreRefused() {
        info(info -> info.getLimitsBuilder().setMessageBytes(271));

        assertRefused(
                "values of 8 bytes each of 2 environments do not fit into the server's messages of 271 bytes",
                "--max-message-bytes");
    }

    @Test
    void attachIsAnsweredByAttachedOnly() {
        server.at(
                ATTACH,
                Reaction.changed(valid -> valid.toBuilder()
                        .setBatch(StepBatch.getDefaultInstance())
                        .build()));
        assertRefused("breaks the protocol: Attach is answered by BATCH");

        server.at(
                ATTACH,
                Reaction.changed(valid -> valid.toBuilder().clearResponse().build()));
        assertRefused("breaks the protocol: Attach is answered by RESPONSE_NOT_SET");

        server.at(ATTACH, Reaction.changed(valid -> RunGroupResponse.getDefaultInstance()));
        assertRefused("breaks the protocol: its answer has the number 0 instead of 1");
    }

    @Test
    void aGroupThatIsGoneIsToldInTheServersWords() {
        Error gone = Error.newBuilder()
                .setCode(Code.CODE_NOT_FOUND)
                .setMessage("there is no such group:\nnobody attached to it in time")
                .build();
        server.at(
                ATTACH,
                Reaction.changed(valid -> valid.toBuilder().setError(gone).build()));
        assertRefused("there is no such group: nobody attached to it in time");

        server.at(
                ATTACH,
                Reaction.changed(valid ->
                        valid.toBuilder().setError(Error.getDefaultInstance()).build()));
        assertRefused("answers CODE_UNSPECIFIED and does not say why");
    }

    @Test
    void afterARefusalTheNextGroupIsOpened() {
        server.atCreate(Reaction.refused(Status.RESOURCE_EXHAUSTED.withDescription("too many groups")));
        assertRefused("too many groups");

        server.atCreate(Reaction.valid());
        try (RemoteGroup group = open(AutoresetMode.AUTORESET_MODE_DISABLED)) {
            assertThat(reset(group).getObservationsCount()).isEqualTo(1);
        }
    }
}
