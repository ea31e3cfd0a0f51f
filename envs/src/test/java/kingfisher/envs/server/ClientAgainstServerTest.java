package kingfisher.envs.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.InfoSelection;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.StepBatch;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;
import kingfisher.envs.TimeStep;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.check.EnvironmentChecker;
import kingfisher.envs.check.Finding;
import kingfisher.envs.check.Severity;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.registry.EnvironmentRegistration;
import kingfisher.envs.registry.Environments;
import kingfisher.envs.remote.ConnectionOptions;
import kingfisher.envs.remote.EnvironmentOpener;
import kingfisher.envs.remote.RemoteGroup;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Our client against our server: what comes out of the wire is what the native environments give, bit for bit. */
class ClientAgainstServerTest {

    private static final int COUNT = 5;
    private static final int STEPS = 1200;
    private static final long SEED = 41;

    @TempDir
    private Path folder;

    private final TestServer server = new TestServer();
    private EnvironmentOpener opener = new EnvironmentOpener(ConnectionOptions.DEFAULT);

    @BeforeEach
    void open() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), TestServer.TOKEN);
        opener = new EnvironmentOpener(new ConnectionOptions(
                Optional.empty(),
                List.of(),
                Optional.of(token),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(30),
                OptionalInt.empty()));
    }

    @AfterEach
    void close() {
        opener.close();
        server.close();
    }

    static Stream<String> ids() {
        return Environments.registrations().stream().map(EnvironmentRegistration::id);
    }

    private String remote(String id) {
        return "grpc://" + server.server().address() + "/" + id;
    }

    @ParameterizedTest
    @MethodSource("ids")
    void theSpecificationIsTheSame(String id) {
        EnvironmentSpecification own = Environments.specification(id, Map.of());

        assertThat(opener.specification(remote(id), Map.of()))
                .isEqualTo(new EnvironmentSpecification(
                        remote(id), own.observationSpace(), own.actionSpace(), own.timeLimit(), own.rewardThreshold()));
    }

    @ParameterizedTest
    @MethodSource("ids")
    void groupsAreEqualBitForBit(String id) {
        try (VectorEnvironment here = Environments.createVector(id, Map.of(), COUNT);
                VectorEnvironment there = opener.openVector(remote(id), Map.of(), COUNT)) {
            VectorTimeStep expected = VectorTimeStep.of(here);
            VectorTimeStep actual = VectorTimeStep.of(there);
            here.reset(SEED, expected);
            there.reset(SEED, actual);
            assertEqual(actual, expected, 0);
            Pcg64 generator = new Pcg64(SEED);
            int ends = 0;
            for (int t = 1; t <= STEPS; t++) {
                double[] actions = actions(here.specification().actionSpace(), COUNT, generator);
                here.step(actions, expected);
                there.step(actions, actual);
                ends += assertEqual(actual, expected, t);
            }
            assertThat(ends).isGreaterThan(COUNT - 1);
        }
    }

    private static double[] actions(Space space, int count, Pcg64 generator) {
        double[] actions = new double[count * space.size()];
        for (int n = 0; n < count; n++) {
            System.arraycopy(space.sample(generator), 0, actions, n * space.size(), space.size());
        }
        return actions;
    }

    /** Compares bits; returns how many rows ended. */
    private static int assertEqual(VectorTimeStep actual, VectorTimeStep expected, int t) {
        assertThat(actual.observations()).as("step %d", t).isEqualTo(expected.observations());
        assertThat(actual.rewards()).as("step %d", t).isEqualTo(expected.rewards());
        assertThat(actual.terminated()).as("step %d", t).isEqualTo(expected.terminated());
        assertThat(actual.truncated()).as("step %d", t).isEqualTo(expected.truncated());
        int ends = 0;
        int size = expected.observationSize();
        for (int row = 0; row < expected.count(); row++) {
            if (expected.ended(row)) {
                ends++;
                assertThat(Arrays.copyOfRange(actual.finalObservations(), row * size, (row + 1) * size))
                        .isEqualTo(Arrays.copyOfRange(expected.finalObservations(), row * size, (row + 1) * size));
            }
        }
        return ends;
    }

    @ParameterizedTest
    @MethodSource("ids")
    void singleEnvironmentsAreEqualBitForBit(String id) {
        try (Environment here = Environments.create(id, Map.of());
                Environment there = opener.open(remote(id), Map.of())) {
            assertThat(there.reset(SEED)).isEqualTo(here.reset(SEED));
            Pcg64 generator = new Pcg64(SEED);
            for (int t = 0; t < STEPS; t++) {
                double[] action = here.specification().actionSpace().sample(generator);
                TimeStep expected = here.step(action);
                assertThat(there.step(action)).as("step %d", t).isEqualTo(expected);
                if (expected.ended()) {
                    assertThat(there.reset()).isEqualTo(here.reset());
                }
            }
        }
    }

    @Test
    void underNextStepTheStepAfterAnEndResets() {
        AutoresetMode mode = AutoresetMode.AUTORESET_MODE_NEXT_STEP;
        try (Environment here = Environments.create("CartPole-v1", Map.of());
                RemoteGroup there =
                        opener.openGroup(remote("CartPole-v1"), Map.of(), 1, mode, InfoSelection.INFO_SELECTION_NONE)) {
            VectorTimeStep actual = new VectorTimeStep(1, 4);
            there.sendReset(Reset.newBuilder().addSeeds(SEED).build());
            there.receive(actual);
            assertThat(actual.observations()).isEqualTo(here.reset(SEED));
            Pcg64 generator = new Pcg64(SEED);
            boolean ended = false;
            for (int t = 0; t < STEPS; t++) {
                double[] action = here.specification().actionSpace().sample(generator);
                TimeStep expected = ended ? new TimeStep(here.reset(), 0, false, false) : here.step(action);
                there.sendStep(action);
                StepBatch batch = there.receive(actual);
                assertThat(new TimeStep(
                                actual.observations().clone(),
                                actual.rewards()[0],
                                actual.terminated()[0],
                                actual.truncated()[0]))
                        .isEqualTo(expected);
                assertThat(batch.getResetRows().byteAt(0)).isEqualTo((byte) (ended ? 1 : 0));
                assertThat(batch.hasFinal()).isFalse();
                ended = expected.ended();
            }
        }
    }

    /** What an environment behind a wire can do: all but snapshots. */
    @ParameterizedTest
    @MethodSource("ids")
    void theCheckerFindsNothingWrong(String id) {
        List<Finding> errors = EnvironmentChecker.check(() -> opener.open(remote(id), Map.of())).stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .toList();
        assertThat(errors).isEmpty();
    }

    @Test
    void argumentsReachTheEnvironment() {
        try (Environment here = Environments.create("Pendulum-v1", Map.of("g", "1.5"));
                Environment there = opener.open(remote("Pendulum-v1"), Map.of("g", "1.5"))) {
            assertThat(there.reset(1)).isEqualTo(here.reset(1));
            for (int t = 0; t < 50; t++) {
                assertThat(there.step(new double[] {1})).isEqualTo(here.step(new double[] {1}));
            }
        }
        assertThatThrownBy(() -> opener.open(remote("Pendulum-v1"), Map.of("gravity", "1")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("unknown argument gravity=1; known: g");
    }

    @Test
    void anEnvironmentThatFailsIsNamedByItsRowAndCause() {
        try (VectorEnvironment there = opener.openVector(remote(ServedEnvironments.FAKE), Map.of("fault", "step"), 3)) {
            VectorTimeStep step = VectorTimeStep.of(there);
            there.reset(SEED, step);
            assertThatThrownBy(() -> {
                        for (int t = 0; t < ServedEnvironments.FAULTY_STEP; t++) {
                            there.step(new double[3], step);
                        }
                    })
                    .isInstanceOf(EnvironmentFailureException.class)
                    .hasMessageStartingWith(remote(ServedEnvironments.FAKE)
                            + ": environment 0: it failed in step: IllegalStateException: the robot; fell over");
        }
    }

    @Test
    void theServersVersionsAreKnown() {
        opener.specification(remote("CartPole-v1"), Map.of());

        assertThat(opener.versions()).containsEntry("java", System.getProperty("java.version"));
    }
}
