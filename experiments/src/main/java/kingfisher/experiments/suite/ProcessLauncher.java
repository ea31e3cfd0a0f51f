package kingfisher.experiments.suite;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import kingfisher.agents.cli.Main;

/** Runs each training in a process of its own, on one thread, with the Java and the class path of this process. */
public final class ProcessLauncher implements RunLauncher {
    private static final long POLL_MILLISECONDS = 50;
    private static final long PATIENCE_SECONDS = 60;

    private final BooleanSupplier stop;

    /**
     * Creates the launcher.
     *
     * @param stop asked all the time: once it says so the processes are told to end, which leaves a checkpoint
     */
    public ProcessLauncher(BooleanSupplier stop) {
        this.stop = stop;
    }

    @Override
    public int launch(Task task, long seed, Start start, Path folder, Path log)
            throws IOException, InterruptedException {
        endOrphan(folder);
        Process process = new ProcessBuilder(command(task, seed, start, folder))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(ProcessBuilder.Redirect.from(nothing()))
                .start();
        try {
            while (!process.waitFor(POLL_MILLISECONDS, TimeUnit.MILLISECONDS)) {
                if (stop.getAsBoolean()) {
                    break;
                }
            }
            return end(process);
        } catch (InterruptedException stopped) {
            process.destroy();
            throw stopped;
        }
    }

    private static int end(Process process) throws InterruptedException {
        if (process.isAlive()) {
            process.destroy();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
        return process.waitFor();
    }

    static List<String> command(Task task, long seed, Start start, Path folder) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        if (start == Start.NEW) {
            command.addAll(List.of("train", task.algorithm(), "--env", task.environment()));
            command.addAll(List.of("--seed", Long.toString(seed), "--run", folder.toString()));
            command.addAll(task.options());
        } else {
            command.addAll(List.of("resume", folder.toString()));
        }
        command.addAll(List.of("--threads", "1", "--quiet"));
        return command;
    }

    /** Ends a run in the folder that outlived the process which started it: two must not write there. */
    private static void endOrphan(Path folder) throws InterruptedException {
        List<ProcessHandle> orphans = ProcessHandle.allProcesses()
                .filter(process -> runsIn(process, folder))
                .toList();
        for (ProcessHandle orphan : orphans) {
            orphan.destroy();
            while (orphan.isAlive()) {
                Thread.sleep(POLL_MILLISECONDS);
            }
        }
    }

    private static boolean runsIn(ProcessHandle process, Path folder) {
        List<String> arguments = List.of(process.info().arguments().orElse(new String[0]));
        return arguments.contains(Main.class.getName()) && arguments.contains(folder.toString());
    }

    private static File nothing() {
        boolean windows = File.separatorChar == '\\';
        return new File(windows ? "NUL" : "/dev/null");
    }
}
