package kingfisher.envs.server;

import static kingfisher.envs.server.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kingfisher.env.v1.Attach;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CloseGroupRequest;
import kingfisher.env.v1.Code;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.Error;
import kingfisher.env.v1.InfoSelection;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.RunGroupRequest;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.env.v1.Step;
import kingfisher.env.v1.StepBatch;
import kingfisher.env.v1.Tensor;
import kingfisher.env.v1.Value;
import kingfisher.envs.DiscreteSpace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams on the generated stub: the order of requests, and each error that answers one. */
class StreamTest {

    private static final AutoresetMode SAME_STEP = AutoresetMode.AUTORESET_MODE_SAME_STEP;
    private static final AutoresetMode DISABLED = AutoresetMode.AUTORESET_MODE_DISABLED;
    private static final DiscreteSpace BUTTONS = new DiscreteSpace(2);

    private final TestServer server = new TestServer();

    @AfterEach
    void close() {
        server.close();
    }

    private static RunGroupRequest.Builder step(Step step) {
        return RunGroupRequest.newBuilder().setStep(step);
    }

    private static RunGroupRequest.Builder reset(Reset.Builder reset) {
        return RunGroupRequest.newBuilder().setReset(reset);
    }

    private static void assertError(Error error, Code code, String text) {
        assertThat(error.getMessage()).isEqualTo(text);
        assertThat(error.getCode()).isEqualTo(code);
        assertThat(error.getUnchanged()).isTrue();
        assertThat(error.hasEnvironment()).isFalse();
    }

    @Test
    void requestsComeInTheirOrderOrAreRefusedAndTheStreamGoesOn() {
        CreateGroupResponse made =
                server.calls().createGroup(request("CartPole-v1", 2, SAME_STEP).build());
        TestStream stream = new TestStream(server.streams());
        RunGroupRequest.Builder attach =
                RunGroupRequest.newBuilder().setAttach(Attach.newBuilder().setGroup(made.getGroup()));

        assertError(
                stream.error(reset(Reset.newBuilder())),
                Code.CODE_FAILED_PRECONDITION,
                "the first request of a stream must be Attach");
        assertError(
                stream.sendWith(9, attach.clone()).getError(),
                Code.CODE_FAILED_PRECONDITION,
                "request number 9, but number 2 is the next");
        assertError(
                stream.error(RunGroupRequest.newBuilder()
                        .setAttach(Attach.newBuilder().setGroup("guess"))),
                Code.CODE_NOT_FOUND,
                "there is no such group: it was closed, or waited too long");
        assertThat(stream.send(attach.clone()).hasAttached()).isTrue();
        assertError(stream.error(attach.clone()), Code.CODE_FAILED_PRECONDITION, "the stream has a group already");
        assertError(
                stream.error(step(Steps.of(BUTTONS, 0, 1))),
                Code.CODE_FAILED_PRECONDITION,
                "a step, but there has been no reset: reset all rows first");
        assertError(
                stream.error(reset(Reset.newBuilder().setMask(ByteString.copyFrom(new byte[] {1, 0})))),
                Code.CODE_FAILED_PRECONDITION,
                "a reset of 1 of 2 rows, but there has been no reset: reset all rows");
        assertError(
                stream.error(RunGroupRequest.newBuilder()),
                Code.CODE_UNIMPLEMENTED,
                "a request of a kind that this server does not know");
        assertThat(stream.reset(1, 2).getObservationsCount()).isOne();

        TestStream second = new TestStream(server.streams());
        assertError(second.error(attach), Code.CODE_FAILED_PRECONDITION, "the group has a stream already");
        assertThat(stream.step(Steps.of(BUTTONS, 0, 1)).getRewards().size()).isEqualTo(16);
        assertThat(stream.complete().isOk()).isTrue();
        assertThat(second.complete().isOk()).isTrue();
    }

    @Test
    void actionsThatAreNotAcceptedChangeNothing() {
        TestStream stream = server.open(request("CartPole-v1", 2, SAME_STEP));
        TestStream untouched = server.open(request("CartPole-v1", 2, SAME_STEP));
        stream.reset(1, 2);
        untouched.reset(1, 2);
        Tensor right = Steps.of(BUTTONS, 0, 1).getActions(0);

        assertInvalid(stream, "the actions must be 1 tensor, not 0");
        assertInvalid(stream, "the actions must be 1 tensor, not 2", right, right);
        assertInvalid(
                stream,
                "the actions must be int64 [2] in 16 bytes, not int32 [2] in 16 bytes",
                right.toBuilder().setType(DataType.DATA_TYPE_INT32).build());
        assertInvalid(
                stream,
                "the actions must be int64 [2] in 16 bytes, not an unknown type [2] in 16 bytes",
                right.toBuilder().setTypeValue(99).build());
        assertInvalid(
                stream,
                "the actions must be int64 [2] in 16 bytes, not int64 [2, 1] in 16 bytes",
                right.toBuilder().addShape(1).build());
        assertInvalid(
                stream,
                "the actions must be int64 [2] in 16 bytes, not int64 [2] in 3 bytes",
                right.toBuilder().setData(ByteString.copyFrom(new byte[3])).build());
        assertInvalid(
                stream,
                "the action of environment 1 is [2.0], not in Discrete(2)",
                Steps.of(new DiscreteSpace(9), 0, 2).getActions(0));

        Step step = Steps.of(BUTTONS, 1, 0);
        assertThat(stream.step(step).getObservationsList())
                .isEqualTo(untouched.step(step).getObservationsList());
    }

    private static void assertInvalid(TestStream stream, String text, Tensor... actions) {
        assertError(
                stream.error(
                        step(Step.newBuilder().addAllActions(List.of(actions)).build())),
                Code.CODE_INVALID_ARGUMENT,
                text);
    }

    @Test
    void numbersThatAreNoneAndBitsThatAreNeitherAreRefusedByTheNameOfTheirPart() {
        TestStream stream = server.open(request(ServedEnvironments.PARTS, 2, SAME_STEP));
        stream.reset(1, 2);
        List<Tensor> right = Steps.sample(ServedEnvironments.PARTS, 2).getActionsList();

        Tensor push = right.get(2);
        byte[] nan = push.getData().toByteArray();
        nan[31] = 0x7f;
        nan[30] = (byte) 0xf8;
        assertInvalid(
                stream,
                "the action push of environment 1 is NaN: Box(-1.0, 1.0, (2,), float64) is expected",
                right.get(0),
                right.get(1),
                push.toBuilder().setData(ByteString.copyFrom(nan)).build());
        assertInvalid(
                stream,
                "the action switches of environment 1 is outside: MultiBinary(2) is expected",
                right.get(0),
                right.get(1).toBuilder()
                        .setData(ByteString.copyFrom(new byte[] {0, 1, 2, 0}))
                        .build(),
                push);
        assertThat(stream.step(Step.newBuilder().addAllActions(right).build())
                        .getFinal()
                        .getRowsCount())
                .isZero();
    }

    @Test
    void resetsThatAreNotAcceptedChangeNothing() {
        TestStream stream = server.open(request("CartPole-v1", 2, SAME_STEP));
        stream.reset(1, 2);
        assertError(
                stream.error(reset(Reset.newBuilder().addSeeds(1))),
                Code.CODE_INVALID_ARGUMENT,
                "1 seeds for 2 environments: none, or one each");
        assertError(
                stream.error(reset(Reset.newBuilder().addSeeds(1).addSeeds(Long.MIN_VALUE))),
                Code.CODE_INVALID_ARGUMENT,
                "a seed must be in 0 … 9223372036854775807: 9223372036854775808");
        assertError(
                stream.error(reset(Reset.newBuilder().setMask(ByteString.copyFrom(new byte[3])))),
                Code.CODE_INVALID_ARGUMENT,
                "the mask of a reset must be 2 bytes, not 3");
        assertError(
                stream.error(reset(Reset.newBuilder().setMask(ByteString.copyFrom(new byte[] {0, 2})))),
                Code.CODE_INVALID_ARGUMENT,
                "the mask of a reset: a flag must be 0 or 1, not 2");
        assertError(
                stream.error(reset(Reset.newBuilder().setMask(ByteString.copyFrom(new byte[2])))),
                Code.CODE_INVALID_ARGUMENT,
                "the mask of a reset has no row");
        assertError(
                stream.error(reset(Reset.newBuilder()
                        .putOptions("low", Value.newBuilder().setNumber(1).build()))),
                Code.CODE_INVALID_ARGUMENT,
                "CartPole-v1 takes no options of a reset: low");
        stream.step(Steps.of(BUTTONS, 1, 0));
    }

    @Test
    void anEnvironmentThatFailsIsNamedAndAResetOfAllRowsRevivesTheGroup() {
        TestStream stream = server.open(TestServer.faulty("step", 2));
        stream.reset(1, 2);
        Step step = Steps.of(BUTTONS, 1, 0);
        for (int t = 1; t < ServedEnvironments.FAULTY_STEP; t++) {
            stream.step(step);
        }
        Error error = stream.error(step(step));

        assertThat(error.getCode()).isEqualTo(Code.CODE_ENVIRONMENT_FAILED);
        assertThat(error.getMessage())
                .isEqualTo("environment 0 of Fake-v0: it failed in step: IllegalStateException: the robot; fell over");
        assertThat(error.hasEnvironment()).isTrue();
        assertThat(error.getEnvironment()).isZero();
        assertThat(error.getException()).isEqualTo("IllegalStateException");
        assertThat(error.getTrace()).contains("the robot\nfell over", "ServedEnvironments");
        assertThat(error.getUnchanged()).isFalse();
        assertError(
                stream.error(step(step)),
                Code.CODE_FAILED_PRECONDITION,
                "a step, but environment 0 failed: reset all rows first");
        assertError(
                stream.error(reset(Reset.newBuilder().setMask(ByteString.copyFrom(new byte[] {1, 0})))),
                Code.CODE_FAILED_PRECONDITION,
                "a reset of 1 of 2 rows, but environment 0 failed: reset all rows");
        stream.reset(1, 2);
        assertThat(stream.error(step(step)).getEnvironment()).isOne(); // which is one step behind
        stream.reset(1, 2);
        stream.step(step);
    }

    @Test
    void everyWayToFailIsTold() {
        assertFails("link", "it failed in step: NoClassDefFoundError: Robot");
        assertFails(
                "size",
                "it failed in step: IllegalStateException: an observation has 2 numbers, and its space 1: Box(-1.0, 1.0,"
                        + " (1,), float64)");
        assertFails("reset", "it failed in reset: IllegalStateException: stuck");
    }

    private void assertFails(String fault, String text) {
        TestStream stream = server.open(TestServer.faulty(fault, 1).setTimeLimit(ServedEnvironments.FAULTY_STEP));
        stream.reset(1);
        Step step = Steps.of(BUTTONS, 1);
        for (int t = 1; t < ServedEnvironments.FAULTY_STEP; t++) {
            stream.step(step);
        }
        Error error = stream.error(step(step));
        assertThat(error.getMessage()).isEqualTo("environment 0 of Fake-v0: " + text);
        assertThat(error.getCode()).isEqualTo(Code.CODE_ENVIRONMENT_FAILED);
    }

    @Test
    void numbersThatAreNoneArePassedOn() {
        TestStream stream = server.open(TestServer.faulty("nan", 1));
        stream.reset(1);
        StepBatch batch = StepBatch.getDefaultInstance();
        for (int t = 0; t < ServedEnvironments.FAULTY_STEP; t++) {
            batch = stream.step(Steps.of(BUTTONS, 1));
        }
        assertThat(number(batch.getRewards())).isNaN();
        assertThat(number(batch.getObservations(0).getData())).isNaN();
    }

    private static double number(ByteString bytes) {
        return bytes.asReadOnlyByteBuffer()
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .getDouble();
    }

    @Test
    void anEpisodeThatIsOverHasToBeResetByItsRow() {
        TestStream stream = server.open(request("Pendulum-v1", 2, DISABLED).setTimeLimit(1));
        stream.reset(1, 2);
        Step step = Steps.sample("Pendulum-v1", 2);
        StepBatch last = stream.step(step);
        assertThat(last.getTruncated().toByteArray()).containsExactly(1, 1);
        assertThat(last.hasFinal()).isFalse();
        assertError(
                stream.error(step(step)),
                Code.CODE_FAILED_PRECONDITION,
                "a step, but the episodes of rows 0, 1 are over: reset these rows first");

        StepBatch second = stream.reset(Reset.newBuilder().setMask(ByteString.copyFrom(new byte[] {0, 1})));
        assertThat(second.getResetRows().toByteArray()).containsExactly(0, 1);
        assertThat(second.getTruncated().toByteArray()).containsExactly(1, 0);
        assertThat(row(second, 0)).isEqualTo(row(last, 0));
        assertThat(row(second, 1)).isNotEqualTo(row(last, 1));
        assertError(
                stream.error(step(step)),
                Code.CODE_FAILED_PRECONDITION,
                "a step, but the episodes of rows 0 are over: reset these rows first");
        stream.reset(Reset.newBuilder().setMask(ByteString.copyFrom(new byte[] {1, 0})));
        stream.step(step);
    }

    private static ByteString row(StepBatch batch, int row) {
        ByteString all = batch.getObservations(0).getData();
        return all.substring(row * all.size() / 2, (row + 1) * all.size() / 2);
    }

    @Test
    void whatTheActionOfAnEndedRowSaysDoesNotMatterUnderNextStep() {
        TestStream stream = server.open(request("CartPole-v1", 2, AutoresetMode.AUTORESET_MODE_NEXT_STEP)
                .setTimeLimit(1));
        stream.reset(1, 2);
        stream.step(Steps.of(BUTTONS, 1, 0));
        StepBatch begun = stream.step(Steps.of(new DiscreteSpace(99), 50, 70));
        assertThat(begun.getResetRows().toByteArray()).containsExactly(1, 1);
        assertError(
                stream.error(step(Steps.of(new DiscreteSpace(99), 0, 70))),
                Code.CODE_INVALID_ARGUMENT,
                "the action of environment 1 is [70.0], not in Discrete(2)");
    }

    @Test
    void seedsOfTheGroupAreThoseOfTheFirstResetOnly() {
        TestStream stream =
                server.open(request("CartPole-v1", 2, SAME_STEP).addSeeds(7).addSeeds(8));
        TestStream seeded = server.open(request("CartPole-v1", 2, SAME_STEP));
        assertThat(stream.reset().getObservationsList())
                .isEqualTo(seeded.reset(7, 8).getObservationsList());
        assertThat(stream.reset().getObservationsList())
                .isEqualTo(seeded.reset().getObservationsList());
        assertThat(stream.reset(7, 8).getObservationsList())
                .isNotEqualTo(seeded.reset().getObservationsList());
        TestStream one = server.open(request("CartPole-v1", 1, SAME_STEP));
        TestStream other = server.open(request("CartPole-v1", 1, SAME_STEP));
        assertThat(one.reset().getObservationsList()).isNotEqualTo(other.reset().getObservationsList());
    }

    @Test
    void infosAreThereIfTheyAreAskedFor() {
        CreateGroupRequest.Builder all = request("CartPole-v1", 1, SAME_STEP)
                .setInfos(InfoSelection.INFO_SELECTION_ALL)
                .setTimeLimit(1);
        TestStream stream = server.open(all);
        assertThat(stream.reset(1).hasInfos()).isTrue();
        StepBatch batch = stream.step(Steps.of(BUTTONS, 1));
        assertThat(batch.hasInfos()).isTrue();
        assertThat(batch.getFinal().hasInfos()).isTrue();
        TestStream none = server.open(request("CartPole-v1", 1, SAME_STEP).setTimeLimit(1));
        assertThat(none.reset(1).hasInfos()).isFalse();
        assertThat(none.step(Steps.of(BUTTONS, 1)).getFinal().hasInfos()).isFalse();
    }

    @Test
    void theEndOfAStreamClosesItsGroup() throws Exception {
        for (boolean complete : new boolean[] {true, false}) {
            int before = ServedEnvironments.CLOSED.get();
            CreateGroupResponse made =
                    server.calls().createGroup(TestServer.faulty("close", 3).build());
            TestStream stream = new TestStream(server.streams()).attach(made.getGroup());
            if (complete) {
                stream.complete();
            } else {
                stream.cancel();
            }
            awaitClosed(before + 3);
            assertThat(new TestStream(server.streams())
                            .error(RunGroupRequest.newBuilder()
                                    .setAttach(Attach.newBuilder().setGroup(made.getGroup())))
                            .getCode())
                    .isEqualTo(Code.CODE_NOT_FOUND);
        }
    }

    private static void awaitClosed(int count) throws InterruptedException {
        for (int i = 0; i < 3000 && ServedEnvironments.CLOSED.get() < count; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(ServedEnvironments.CLOSED.get()).isEqualTo(count);
    }

    @Test
    void aGroupThatIsClosedWhileItStepsIsClosedRightAfter() throws Exception {
        int before = ServedEnvironments.CLOSED.get();
        CreateGroupResponse made =
                server.calls().createGroup(TestServer.faulty("slow", 1).build());
        TestStream stream = new TestStream(server.streams()).attach(made.getGroup());
        stream.reset(1);
        for (int t = 1; t < ServedEnvironments.FAULTY_STEP; t++) {
            stream.step(Steps.of(BUTTONS, 1));
        }
        CompletableFuture<StepBatch> slow = CompletableFuture.supplyAsync(() -> stream.step(Steps.of(BUTTONS, 1)));
        TimeUnit.MILLISECONDS.sleep(100);
        server.calls()
                .closeGroup(
                        CloseGroupRequest.newBuilder().setGroup(made.getGroup()).build());

        assertThat(slow.get(20, TimeUnit.SECONDS).getRewards().size()).isEqualTo(8);
        awaitClosed(before + 1);
        Error error = stream.error(step(Steps.of(BUTTONS, 1)));
        assertThat(error.getCode()).isEqualTo(Code.CODE_NOT_FOUND);
        assertThat(error.getMessage()).isEqualTo("the group has been closed");
        assertThat(error.getUnchanged()).isFalse();
    }

    @Test
    void aGroupThatNoStreamAttachesToIsGivenUp() throws Exception {
        try (TestServer impatient = new TestServer(settings -> TestServer.with(settings, Duration.ofMillis(200)))) {
            int before = ServedEnvironments.CLOSED.get();
            CreateGroupResponse lost =
                    impatient.calls().createGroup(TestServer.faulty("none", 2).build());
            TestStream used = impatient.open(request("CartPole-v1", 1, SAME_STEP));
            awaitClosed(before + 2);
            assertThat(new TestStream(impatient.streams())
                            .error(RunGroupRequest.newBuilder()
                                    .setAttach(Attach.newBuilder().setGroup(lost.getGroup())))
                            .getMessage())
                    .isEqualTo("there is no such group: it was closed, or waited too long");
            used.reset(1);
        }
    }

    @Test
    void aStreamMoreThanThereMayBeGroupsIsRefused() {
        try (TestServer small = new TestServer(settings -> TestServer.with(settings, new Limits(1 << 20, 2, 9)))) {
            TestStream first = new TestStream(small.streams());
            TestStream second = small.open(request("CartPole-v1", 1, SAME_STEP));
            second.reset(1);
            first.error(RunGroupRequest.newBuilder());
            TestStream third = new TestStream(small.streams());
            Status end = third.end();
            assertThat(end.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(end.getDescription())
                    .isEqualTo("there are 2 streams already, which is the server's limit (--max-groups)");
            first.complete();
            small.open(request("CartPole-v1", 1, SAME_STEP)).reset(1);
        }
    }

    @Test
    void requestsThatAreSentWithoutWaitingAreAnsweredInTheirOrder() {
        TestStream stream = server.open(request("CartPole-v1", 1, SAME_STEP));
        stream.reset(1);
        List<RunGroupResponse> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            stream.post(step(Steps.of(BUTTONS, 1)).setSequence(3 + i).build());
        }
        for (int i = 0; i < 200; i++) {
            answers.add(stream.take());
        }
        assertThat(answers).allMatch(RunGroupResponse::hasBatch);
        assertThat(answers).extracting(RunGroupResponse::getSequence).isSorted();
    }

    @Test
    void bytesThatAreNoRequestEndTheCallAsTheClientsMistake() throws Exception {
        MethodDescriptor<byte[], RunGroupResponse> raw = EnvironmentServiceGrpc.getRunGroupMethod().toBuilder(
                        new Raw(), EnvironmentServiceGrpc.getRunGroupMethod().getResponseMarshaller())
                .build();
        ClientCall<byte[], RunGroupResponse> call = io.grpc.ClientInterceptors.intercept(
                        server.channel(), TestServer.authorization("Bearer " + TestServer.TOKEN))
                .newCall(raw, CallOptions.DEFAULT);
        CompletableFuture<Status> end = new CompletableFuture<>();
        StreamObserver<byte[]> requests = ClientCalls.asyncBidiStreamingCall(call, new StreamObserver<>() {
            @Override
            public void onNext(RunGroupResponse response) {}

            @Override
            public void onError(Throwable failure) {
                end.complete(Status.fromThrowable(failure));
            }

            @Override
            public void onCompleted() {
                end.complete(Status.OK);
            }
        });
        requests.onNext(new byte[] {1, 2, 3});

        Status status = end.get(20, TimeUnit.SECONDS);
        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).isEqualTo("what came is no RunGroupRequest");
    }

    /** Bytes as they are. */
    private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
        }
    }
}
