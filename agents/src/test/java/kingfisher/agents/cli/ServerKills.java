package kingfisher.agents.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Kills Gymnasium servers at random moments of training runs, and sees to it that each run says so, keeps its work and goes
 * on: {@code java -Dkingfisher.test.python=PYTHON -cp CLASSPATH kingfisher.agents.cli.ServerKills KILLS SEED}, where the
 * class path is that of the tests and the working directory {@code agents}.
 */
final class ServerKills {

    private static final String ENVIRONMENT = "gym:CartPole-v1";
    private static final int STEPS = 200_000;
    private static final int LONGEST_WAIT_MILLISECONDS = 2_000;
    /** One of so many servers is killed while it starts, not during the run. */
    private static final int EARLY = 6;

    private final Path parent;
    private final SplittableRandom random;
    private final List<String> problems = new ArrayList<>();
    private int duringRuns;
    private int beforeRuns;

    ServerKills(Path parent, long seed) {
        this.parent = parent;
        this.random = new SplittableRandom(seed);
    }

    /** Kills servers in command {@code kills} times; prints a line each and exits with 1 if anything was not as it has to be. */
    public static void main(String[] arguments) throws Exception {
        int kills = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        ServerKills all = new ServerKills(Files.createTempDirectory("server-kills"), seed);
        List<String> problems = all.run(kills);
        problems.forEach(System.out::println);
        System.out.printf(
                "%d kills during runs, %d before their start, seed %d: %d problems%n",
                all.duringRuns, all.beforeRuns, seed, problems.size());
        System.exit(problems.isEmpty() ? 0 : 1);
    }

    /** Kills until {@code kills} kills have hit during runs; returns what was not as it has to be. */
    List<String> run(int kills) throws IOException, InterruptedException {
        for (int number = 0; duringRuns < kills && problems.isEmpty(); number++) {
            finish(number, kills);
        }
        return problems;
    }

    /** One run, whose servers are killed again and again until it has had three kills. */
    private void finish(int number, int kills) throws IOException, InterruptedException {
        Path run = parent.resolve("run-" + number);
        RunFiles files = new RunFiles(run);
        for (int session = 0; ; session++) {
            boolean resuming = Files.exists(run);
            boolean kill = session < 3 && duringRuns < kills;
            int rowsBefore = resuming ? files.rows() : 0;
            GymnasiumProgram program = GymnasiumProgram.start(
                    parent.resolve("process-" + number + "-" + session), arguments(run, number, resuming));
            boolean hit = kill && killOne(program, files, random.nextInt(EARLY) == 0 ? -1 : rowsBefore);
            if (!program.process().waitFor(2, TimeUnit.MINUTES)) {
                problems.add("run " + number + ", session " + session + " hangs");
                program.process().destroyForcibly().waitFor();
                return;
            }
            int code = program.process().exitValue();
            if (code == 0) {
                check(files.status().equals("completed"), number, session, "status " + files.status(), program);
                return;
            }
            check(hit, number, session, "exit code " + code + " although nothing was killed", program);
            checkMessage(program, code, run, number, session, resuming);
            if (code == Main.FAILED) {
                duringRuns++;
                check(files.rows() >= rowsBefore, number, session, "rows of metrics were lost", program);
            } else {
                beforeRuns++;
            }
            if (!problems.isEmpty()) {
                return;
            }
        }
    }

    private static List<String> arguments(Path run, int seed, boolean resuming) {
        return resuming
                ? List.of("resume", run.toString(), "--quiet")
                : List.of(
                        "train",
                        "ppo",
                        "--env",
                        ENVIRONMENT,
                        "--run",
                        run.toString(),
                        "--seed",
                        Integer.toString(seed),
                        "--steps",
                        Integer.toString(STEPS),
                        "--quiet");
    }

    /**
     * Waits until there are more rows of metrics than {@code rows} (a negative number: not for them), then for a random time,
     * and kills a server; returns whether there was one.
     */
    private boolean killOne(GymnasiumProgram program, RunFiles files, int rows) throws InterruptedException {
        while (program.process().isAlive() && (program.servers().isEmpty() || (rows >= 0 && files.rows() <= rows))) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        TimeUnit.MILLISECONDS.sleep(random.nextInt(LONGEST_WAIT_MILLISECONDS));
        List<ProcessHandle> servers = program.servers();
        return !servers.isEmpty() && servers.get(random.nextInt(servers.size())).destroyForcibly();
    }

    private void checkMessage(GymnasiumProgram program, int code, Path run, int number, int session, boolean resuming) {
        String errors = program.errors().replaceAll("(?m)^note: .*\\R?", ""); // of a resumed run: new episodes start
        if (code == Main.FAILED) {
            check(
                    errors.matches("the run stopped after [0-9]+ steps: .*" + ENVIRONMENT
                            + ".*; go on from the last checkpoint with: .* resume " + run),
                    number,
                    session,
                    "the message",
                    program);
            check(new RunFiles(run).status().equals("failed"), number, session, "the status", program);
        } else {
            check(code == Main.WRONG_INPUT, number, session, "exit code " + code, program);
            check(
                    errors.lines().count() == 1 && errors.contains(ENVIRONMENT),
                    number,
                    session,
                    "the message before the start",
                    program);
            check(resuming == Files.exists(run), number, session, "something was written", program);
        }
    }

    private void check(boolean holds, int number, int session, String what, GymnasiumProgram program) {
        if (!holds) {
            problems.add("run " + number + ", session " + session + ": " + what + "; stderr: " + program.errors());
        }
    }
}
