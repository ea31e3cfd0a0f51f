package kingfisher.envs.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CloseGroupRequest;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.GetServerInfoRequest;
import kingfisher.env.v1.GetServerInfoResponse;
import kingfisher.env.v1.Health;
import kingfisher.env.v1.ProtocolVersion;
import kingfisher.env.v1.Value;
import kingfisher.env.v1.ValueList;
import kingfisher.envs.wire.Protocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The calls outside of streams, on the generated stubs: what they give, and each status with which they end. */
class CallsTest {

    private static final AutoresetMode SAME_STEP = AutoresetMode.AUTORESET_MODE_SAME_STEP;

    private static CreateGroupRequest.Builder cartPole() {
        return TestServer.request("CartPole-v1", 2, SAME_STEP);
    }

    private static void assertRefused(
            TestServer server, CreateGroupRequest.Builder request, Status status, String text) {
        assertThatThrownBy(() -> server.calls().createGroup(request.build()))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessage(status.getCode() + ": " + text);
    }

    @Test
    void theServerSaysWhatItIs() {
        try (TestServer server = new TestServer()) {
            GetServerInfoResponse information = server.calls()
                    .getServerInfo(GetServerInfoRequest.newBuilder()
                            .setProtocol(ProtocolVersion.newBuilder().setMajor(7))
                            .build());

            assertThat(information.getProtocol()).isEqualTo(Protocol.VERSION);
            assertThat(information.getName()).isEqualTo("kingfisher");
            assertThat(information.getRuntimeMap()).containsEntry("java", System.getProperty("java.version"));
            assertThat(information.getHealth()).isEqualTo(Health.HEALTH_SERVING);
            assertThat(information.getLimits()).isEqualTo(Limits.DEFAULT.message());
        }
    }

    @Test
    void everyCallNeedsTheToken() {
        try (TestServer server = new TestServer()) {
            EnvironmentServiceGrpc.EnvironmentServiceBlockingStub nobody =
                    EnvironmentServiceGrpc.newBlockingStub(server.channel());
            assertThatThrownBy(() -> nobody.getServerInfo(GetServerInfoRequest.getDefaultInstance()))
                    .hasMessage("UNAUTHENTICATED: a token is needed, and none was sent");
            for (String wrong :
                    new String[] {"Bearer another", TestServer.TOKEN, "Bearer ", "bearer " + TestServer.TOKEN}) {
                EnvironmentServiceGrpc.EnvironmentServiceBlockingStub stranger =
                        nobody.withInterceptors(TestServer.authorization(wrong));
                assertThatThrownBy(() -> stranger.createGroup(cartPole().build()))
                        .hasMessage("UNAUTHENTICATED: the token is not this server's");
                assertThatThrownBy(() -> stranger.closeGroup(CloseGroupRequest.getDefaultInstance()))
                        .hasMessage("UNAUTHENTICATED: the token is not this server's");
            }
            TestStream stream = new TestStream(EnvironmentServiceGrpc.newStub(server.channel()));
            assertThat(stream.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }

    @Test
    void aGroupIsDescribed() {
        try (TestServer server = new TestServer()) {
            CreateGroupResponse made = server.calls()
                    .createGroup(cartPole().addSeeds(1).addSeeds(2).build());

            assertThat(made.getGroup()).hasSizeGreaterThan(20);
            assertThat(made.getSpecification().getId()).isEqualTo("CartPole-v1");
            assertThat(made.getSpecification().getTimeLimit()).isEqualTo(500);
            assertThat(made.getSpecification().getRewardThreshold()).isEqualTo(475);
            assertThat(made.getSpecification().getActionSpace().getDiscrete().getN())
                    .isEqualTo(2);
            assertThat(made.getObservationLeavesList()).singleElement().satisfies(leaf -> {
                assertThat(leaf.getType()).isEqualTo(DataType.DATA_TYPE_FLOAT32);
                assertThat(leaf.getShapeList()).containsExactly(4L);
                assertThat(leaf.getPathList()).isEmpty();
            });
            assertThat(made.getActionLeavesList()).singleElement().satisfies(leaf -> {
                assertThat(leaf.getType()).isEqualTo(DataType.DATA_TYPE_INT64);
                assertThat(leaf.getShapeList()).isEmpty();
            });
            assertThat(made.getVectorization()).isEqualTo("sequential");
            assertThat(server.calls().createGroup(cartPole().build()).getGroup())
                    .isNotEqualTo(made.getGroup());
        }
    }

    @Test
    void aTimeLimitIsReplacedOrTakenAway() {
        try (TestServer server = new TestServer()) {
            assertThat(server.calls()
                            .createGroup(cartPole().setTimeLimit(7).build())
                            .getSpecification()
                            .getTimeLimit())
                    .isEqualTo(7);
            assertThat(server.calls()
                            .createGroup(cartPole().setTimeLimit(0).build())
                            .getSpecification()
                            .hasTimeLimit())
                    .isFalse();
        }
    }

    @Test
    void whatIsNotOfferedIsNotFound() {
        try (TestServer server = new TestServer(settings -> TestServer.allowing(settings, "*Pole-v?", "Fake-v0"))) {
            assertRefused(
                    server,
                    TestServer.request("CartPol-v1", 1, SAME_STEP),
                    Status.NOT_FOUND,
                    "this server offers no environment CartPol-v1; nearest: CartPole-v1, CartPole-v0");
            assertRefused(
                    server,
                    TestServer.request("Pendulum-v1", 1, SAME_STEP),
                    Status.NOT_FOUND,
                    "this server offers no environment Pendulum-v1; known: CartPole-v0, CartPole-v1, Fake-v0");
            assertRefused(
                    server,
                    TestServer.request("x".repeat(10_000_000), 1, SAME_STEP),
                    Status.NOT_FOUND,
                    "this server offers no environment " + "x".repeat(50) + " … " + "x".repeat(50));
            assertThat(server.calls().createGroup(cartPole().build()).getGroup())
                    .isNotEmpty();
        }
    }

    @Test
    void whatIsNotAcceptedIsNamed() {
        Value seven = Value.newBuilder().setInteger(7).build();
        try (TestServer server = new TestServer()) {
            assertInvalid(server, cartPole().setCount(0), "a group has at least 1 environment: 0");
            assertInvalid(
                    server, cartPole().clearAutoreset(), "the autoreset mode must be NEXT_STEP, SAME_STEP or DISABLED");
            assertInvalid(
                    server,
                    cartPole().setAutoresetValue(9),
                    "the autoreset mode must be NEXT_STEP, SAME_STEP or DISABLED");
            assertInvalid(server, cartPole().setInfosValue(9), "the selection of infos must be NONE or ALL");
            assertInvalid(server, cartPole().setTimeLimit(-1), "the time limit must be in 0 … 2147483647: 4294967295");
            assertInvalid(server, cartPole().addSeeds(3), "1 seeds for 2 environments: none, or one each");
            assertInvalid(
                    server,
                    cartPole().addSeeds(0).addSeeds(-1),
                    "a seed must be in 0 … 9223372036854775807: 18446744073709551615");
            assertInvalid(
                    server,
                    cartPole().putArguments("length", seven),
                    "CartPole-v1: unknown argument length=7; known: sutton_barto_reward");
            assertInvalid(
                    server,
                    cartPole().putArguments("sutton_barto_reward", seven),
                    "CartPole-v1: argument sutton_barto_reward must be true or false: 7");
            assertInvalid(
                    server,
                    cartPole().putArguments("g", Value.getDefaultInstance()),
                    "CartPole-v1: argument g has no value");
            assertInvalid(
                    server,
                    cartPole().putArguments("a".repeat(5_000_000), seven),
                    "CartPole-v1: unknown argument " + "a".repeat(50) + " … " + "a".repeat(50));
            assertInvalid(server, TestServer.faulty("refuse", 1), "Fake-v0: argument fault must not be refuse");
        }
    }

    private static void assertInvalid(TestServer server, CreateGroupRequest.Builder request, String text) {
        assertRefused(server, request, Status.INVALID_ARGUMENT, text);
    }

    @Test
    void argumentsOfAllTypesReachTheEnvironment() {
        Value half = Value.newBuilder().setNumber(0.5).build();
        Value yes = Value.newBuilder().setFlag(true).build();
        Value four = Value.newBuilder().setInteger(4).build();
        try (TestServer server = new TestServer()) {
            server.calls()
                    .createGroup(TestServer.request("Pendulum-v1", 1, SAME_STEP)
                            .putArguments("g", half)
                            .build());
            server.calls()
                    .createGroup(
                            cartPole().putArguments("sutton_barto_reward", yes).build());
            server.calls()
                    .createGroup(TestServer.request("Corridor-v0", 1, SAME_STEP)
                            .putArguments("length", four)
                            .build());
            assertInvalid(
                    server,
                    TestServer.request("Pendulum-v1", 1, SAME_STEP)
                            .putArguments(
                                    "g",
                                    Value.newBuilder()
                                            .setList(ValueList.newBuilder().addValues(half))
                                            .build()),
                    "Pendulum-v1: argument g must be a finite number: [0.5]");
        }
    }

    @Test
    void anotherMajorVersionIsRefusedWithBoth() {
        try (TestServer server = new TestServer()) {
            assertRefused(
                    server,
                    cartPole()
                            .setProtocol(
                                    ProtocolVersion.newBuilder().setMajor(2).setMinor(1)),
                    Status.FAILED_PRECONDITION,
                    "the client speaks protocol 2.1, the server 1.0");
            server.calls()
                    .createGroup(cartPole()
                            .setProtocol(
                                    ProtocolVersion.newBuilder().setMajor(1).setMinor(9))
                            .build());
        }
    }

    @Test
    void anEnvironmentThatCannotBeMadeAbortsTheCall() {
        try (TestServer server = new TestServer(settings -> TestServer.with(settings, new Limits(1 << 20, 1, 9)))) {
            assertRefused(
                    server,
                    TestServer.faulty("make", 1),
                    Status.ABORTED,
                    "Fake-v0 failed when it was made: IllegalStateException: no robot; anywhere");
            server.calls().createGroup(cartPole().build()); // its place was given back
        }
    }

    @Test
    void beyondItsLimitsTheServerIsExhausted() {
        try (TestServer server = new TestServer(settings -> TestServer.with(settings, new Limits(2000, 2, 30)))) {
            assertRefused(
                    server,
                    cartPole().setCount(31),
                    Status.RESOURCE_EXHAUSTED,
                    "a group of 31 environments, but the server's limit is 30 (--max-environments)");
            assertRefused(
                    server,
                    cartPole().setCount(-1),
                    Status.RESOURCE_EXHAUSTED,
                    "a group of 4294967295 environments, but the server's limit is 30 (--max-environments)");
            assertRefused(
                    server,
                    cartPole().setCount(30),
                    Status.RESOURCE_EXHAUSTED,
                    "CartPole-v1: messages of 30 environments can have 2464 bytes, but the server's limit is 2000"
                            + " (--max-message-bytes)");
            String first = server.calls().createGroup(cartPole().build()).getGroup();
            server.calls().createGroup(cartPole().build());
            assertRefused(
                    server,
                    cartPole(),
                    Status.RESOURCE_EXHAUSTED,
                    "there are 2 groups already, which is the server's limit (--max-groups)");
            server.calls()
                    .closeGroup(CloseGroupRequest.newBuilder().setGroup(first).build());
            server.calls()
                    .closeGroup(CloseGroupRequest.newBuilder().setGroup(first).build());
            server.calls()
                    .closeGroup(CloseGroupRequest.newBuilder().setGroup("none").build());
            server.calls().createGroup(cartPole().build());
            assertThatThrownBy(() -> server.calls()
                            .createGroup(TestServer.request("x".repeat(3000), 1, SAME_STEP)
                                    .build()))
                    .hasMessageStartingWith("RESOURCE_EXHAUSTED: gRPC message exceeds maximum size 2000");
        }
    }

    @ParameterizedTest
    @CsvSource({"CartPole-v1,30", "Parts-v0,30", "CartPole-v1,1", "Parts-v0,1"})
    void noAnswerIsLongerThanWhatWasCheckedWhenTheGroupWasMade(String environment, int count) {
        long largest = largestMessage(environment, count);
        Limits fitting = new Limits((int) largest, 2, 30);
        Limits tight = new Limits((int) largest - 1, 2, 30);
        try (TestServer server = new TestServer(settings -> TestServer.with(settings, tight))) {
            assertThatThrownBy(() -> server.calls()
                            .createGroup(TestServer.request(environment, count, SAME_STEP)
                                    .build()))
                    .hasMessageContaining("can have " + largest + " bytes");
        }
        try (TestServer server = new TestServer(settings -> TestServer.with(settings, fitting))) {
            TestStream stream = server.open(
                    TestServer.request(environment, count, SAME_STEP).setTimeLimit(1)); // every row ends
            stream.reset();
            ByteString data = stream.step(Steps.sample(environment, count))
                    .getFinal()
                    .getObservations(0)
                    .getData();
            assertThat(data.size()).isPositive();
        }
    }

    private static long largestMessage(String environment, int count) {
        try (TestServer server = new TestServer()) {
            CreateGroupResponse made = server.calls()
                    .createGroup(
                            TestServer.request(environment, count, SAME_STEP).build());
            return StepBatches.largestMessage(Steps.observations(made), Steps.actions(made), count);
        }
    }

    @Test
    void aServerThatIsStoppingTakesNoNewGroupsAndLetsTheOthersGoOn() throws Exception {
        try (TestServer server = new TestServer()) {
            TestStream stream = server.open(cartPole());
            CompletableFuture<Void> stopping =
                    CompletableFuture.runAsync(() -> server.server().stop(Duration.ofSeconds(30)));
            while (information(server) == Health.HEALTH_SERVING) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            assertThat(information(server)).isEqualTo(Health.HEALTH_DRAINING);
            assertRefused(server, cartPole(), Status.UNAVAILABLE, "the server is stopping and takes no new groups");
            stream.reset();
            assertThat(stopping).isNotDone();
            assertThat(stream.complete().isOk()).isTrue();
            stopping.get(20, TimeUnit.SECONDS);
        }
    }

    private static Health information(TestServer server) {
        return server.calls()
                .getServerInfo(GetServerInfoRequest.getDefaultInstance())
                .getHealth();
    }
}
