package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wrong arguments: one line that says what is wrong, exit code 2, nothing written. */
final class WrongArgumentsTest {
    private static final Path DEFAULT_RUNS = Path.of("runs");

    @TempDir
    private Path folder;

    /** Runs a command whose last arguments ask for a run in the folder, and expects its refusal with this line. */
    private void assertRefusedTraining(String message, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--run", folder.resolve("run").toString()));
        assertRefused(message, all.toArray(String[]::new));
        assertThat(folder).isEmptyDirectory();
    }

    private static void assertRefused(String message, String... arguments) {
        Program.Outcome outcome = Program.run(arguments);

        assertThat(outcome.err()).isEqualToIgnoringNewLines(message).hasLineCount(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.code()).isEqualTo(Main.WRONG_INPUT);
        assertThat(DEFAULT_RUNS).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            trian ppo            | unknown command: trian; nearest: train, trace
            train                | missing: ALGORITHM
            train pppo           | unknown algorithm: pppo; nearest: ppo, trpo
            train ppo --preset CartPole-v2       | unknown preset: CartPole-v2; nearest: CartPole-v1, Acrobot-v1, Ant-v5
            train ppo more       | unexpected argument: more
            train ppo --step 10  | unknown option: --step; nearest: --steps, --seed, --set
            train ppo --sede=3   | unknown option: --sede; nearest: --seed, --set, --steps
            train ppo --steps    | --steps needs a value: N
            train ppo --env --quiet              | --env needs a value: ID
            train ppo --quiet --quiet            | --quiet is given twice
            train ppo --quiet=no                 | --quiet takes no value: no
            train ppo --steps 1k --steps 2k      | --steps is given twice
            train ppo --gae-lambda 0.9           | unknown option: --gae-lambda; it is a setting: --set gae-lambda=VALUE
            resume                               | missing: DIR
            evaluate                             | missing: DIR
            trace --env CartPole-v1 --seed 1     | missing: --actions, --out
            check-env                            | missing: ID
            check-env CartPole-v1 Acrobot-v1     | unexpected argument: Acrobot-v1
            envs --jsn                           | unknown option: --jsn; nearest: --json
            settings dqn                         | unknown algorithm: dqn; known: a2c, acktr, ppo, trpo
            """)
    void aWrongWordIsNamedWithTheNearestOnes(String command, String message) {
        assertRefused(message, command.split(" +"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --env CartPole-v2      | unknown environment CartPole-v2; nearest: CartPole-v0, CartPole-v1, Acrobot-v1
            --env WholeNumbers-v0  | the action space of WholeNumbers-v0 must be Discrete, MultiDiscrete, MultiBinary or a Box of floating-point numbers: Box(0, 255, (2,), uint8)
            --env Pendulum-v1 --env-arg gravity=9   | Pendulum-v1: unknown argument gravity=9; known: g
            --env Pendulum-v1 --env-arg g=strong    | Pendulum-v1: argument g must be a finite number: strong
            --env Pendulum-v1 --env-arg g=1 --env-arg g=2 | --env-arg gives g twice
            --python-import os;x   | --python-import must be the name of a module: os;x
            --python-import=       | --python-import must be the name of a module: (nothing)
            --token-file absent    | --token-file must be a file that can be read: absent (there is no such file)
            --token-file .         | --token-file must be a file that can be read: . (it is a folder)
            --tls-ca absent        | --tls-ca must be a file that can be read: absent (there is no such file)
            --tls-cert absent      | --tls-cert must be a file that can be read: absent (there is no such file)
            --tls-cert pom.xml     | --tls-cert and --tls-key are given together or not at all; missing: --tls-key
            --tls-key pom.xml      | --tls-cert and --tls-key are given together or not at all; missing: --tls-cert
            --environment-timeout 0     | --environment-timeout must be a number of seconds greater than 0 and at most 1000000: 0
            --environment-timeout -1    | --environment-timeout must be a number of seconds greater than 0 and at most 1000000: -1
            --environment-timeout 1e7   | --environment-timeout must be a number of seconds greater than 0 and at most 1000000: 1e7
            --environment-timeout 1e-10 | --environment-timeout must be a number of seconds greater than 0 and at most 1000000: 1e-10
            --environment-timeout soon  | --environment-timeout must be a number of seconds greater than 0 and at most 1000000: soon
            --environment-servers 0     | --environment-servers must be a whole number from 1 to 1024: 0
            --env-arg g            | --env-arg must be key=value: g
            --env-arg =            | --env-arg must be key=value: =
            --steps 0              | steps must be a whole number of at least 1: 0
            --steps -5             | steps must be a whole number of at least 1: -5
            --steps 1e30           | steps must be a whole number of at least 1: 1e30
            --steps soon           | steps must be a whole number of at least 1: soon
            --steps=               | steps must be a whole number of at least 1: (nothing)
            --seed -1              | --seed must be a whole number from 0 to 9223372036854775807: -1
            --seed 9223372036854775808 | --seed must be a whole number from 0 to 9223372036854775807: 9223372036854775808
            --seed 1.5             | --seed must be a whole number from 0 to 9223372036854775807: 1.5
            --seed=                | --seed must be a whole number from 0 to 9223372036854775807: (nothing)
            --threads 0            | --threads must be a whole number from 1 to 1024: 0
            --threads 2000000000   | --threads must be a whole number from 1 to 1024: 2000000000
            --threads many         | --threads must be a whole number from 1 to 1024: many
            --backend gpu          | backend must be one of cpu, nd4j, cuda: gpu
            --set clip             | --set must be key=value: clip
            --set =1               | unknown setting: (nothing)
            --set minibatchsize=10 | unknown setting: minibatchsize; nearest: minibatch-size, activation, learning-rate-schedule
            --set minibatch-size=100 | minibatch-size must divide 256 (environments × rollout-steps): 100 (--set)
            --set learning-rate=NaN  | learning-rate must be a number greater than 0: NaN
            --set learning-rate=inf  | learning-rate must be a number greater than 0: inf
            --set learning-rate=-1   | learning-rate must be a number greater than 0: -1
            --set learning-rate=1e400| learning-rate must be a number greater than 0: 1e400
            --set learning-rate=     | learning-rate must be a number greater than 0: (nothing)
            --set discount=1.5       | discount must be a number in [0, 1]: 1.5
            --set hidden=64,         | hidden must be whole numbers of at least 1 separated by commas, as in 64,64: 64,
            --set environment-groups=2 --set environments=9 | environments must be even where environment-groups is 2: 9 (--set)
            --set environment-groups=3 | environment-groups must be a whole number from 1 to 2: 3
            --set environments=2147483648 | environments must be a whole number of at least 1: 2147483648
            """)
    void aWrongValueIsShownWithWhatIsAccepted(String options, String message) {
        assertRefusedTraining(message, ("train ppo " + options).split(" +"));
    }

    @ParameterizedTest
    @CsvSource({
        "hidden=1000000000, 'environments × rollout-steps is 256, the networks have 10,000,000,000 weights'",
        "rollout-steps=268435424, 'environments × rollout-steps is 2,147,483,392, the networks have 8,960 weights'",
    })
    void aRunThatCannotFitTheMemoryIsRefused(String setting, String size) {
        Program.Outcome outcome = Program.run(
                "train", "ppo", "--set", setting, "--run", folder.resolve("run").toString());

        assertThat(outcome.err())
                .matches(
                        "the run needs more than [0-9,]+ MiB, Java may use [0-9,]+ MiB \\(java -Xmx raises it\\): .*\n")
                .contains(size);
        assertThat(outcome.code()).isEqualTo(Main.WRONG_INPUT);
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --episodes 0     | --episodes must be a whole number from 1 to 1000000: 0
            --episodes -1    | --episodes must be a whole number from 1 to 1000000: -1
            --episodes 1e3   | --episodes must be a whole number from 1 to 1000000: 1e3
            --seed -1        | --seed must be a whole number from 0 to 9223372036854775807: -1
            --policy first   | --policy must be last or best: first
            """)
    void anEvaluationRefusesWrongValues(String options, String message) {
        assertRefused(message, ("evaluate " + folder + " " + options).split(" +"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "resume DIR",
                "evaluate DIR",
                "trace --seed 1 --actions DIR --out DIR/out",
                "check-env CartPole-v1",
                "settings ppo --env NoPreset-v0"
            })
    void everyCommandThatOpensAnEnvironmentSaysHowItIsReached(String command) {
        RunFiles run = new RunFiles(folder.resolve("run"));
        Program.run(
                "train",
                "ppo",
                "--quiet",
                "--steps",
                "256",
                "--run",
                run.folder().toString());
        String text = command.replace("DIR", run.folder().toString());

        assertRefused(
                "--tls-ca must be a file that can be read: absent (there is no such file)",
                (text + " --python p --python-import a.b --token-file pom.xml --tls-cert pom.xml --tls-key pom.xml"
                                + " --environment-timeout 2.5 --tls-ca absent")
                        .split(" "));
    }

    @Test
    void anArgumentOfSeveralLinesIsAnsweredInOne() {
        assertRefused("unexpected argument: a; b", "train", "ppo", "a\nb");
        assertRefused("unknown setting: a b", "train", "ppo", "--set", "a\nb=3");
    }

    @Test
    void withoutACommandTheCommandsAreListed() {
        Program.Outcome outcome = Program.run();

        assertThat(outcome.code()).isEqualTo(Main.WRONG_INPUT);
        assertThat(outcome.err()).startsWith("Usage: java -jar agents.jar").contains("train", "resume", "check-env");
    }

    @Test
    void anArgumentThatBeginsWithAnAtSignIsNoFileOfArguments() throws Exception {
        Path arguments = Files.writeString(folder.resolve("file"), "--seed\n1\n");

        assertRefused("unexpected argument: @" + arguments, "train", "ppo", "@" + arguments);
    }
}
