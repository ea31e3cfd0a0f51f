package kingfisher.experiments.cli;

import java.io.PrintWriter;
import java.util.List;
import kingfisher.envs.InvalidInputException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry of {@code experiments.jar}. */
@Command(
        name = "experiments",
        description =
                "Runs suites of trainings, compares them, runs benchmarks against other projects, and draws a figure.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        subcommands = {
            RunCommand.class,
            CompareCommand.class,
            BenchCommand.class,
            ProposePeriodsCommand.class,
            Figure1Command.class
        })
public final class Main {

    /** Exit code of wrong input; nothing has been written then. */
    static final int WRONG_INPUT = 2;

    /** Exit code of a failure on the way; what was done is kept. */
    static final int FAILED = 1;

    /** Exit code of an interrupted suite; the same command goes on with it. */
    static final int INTERRUPTED = 130;

    private Main() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs a command and returns its exit code: 0 done, 1 failed on the way, 2 wrong input. */
    static int run(String... arguments) {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setParameterExceptionHandler(Main::reportWrongArguments);
        commandLine.setExecutionExceptionHandler(Main::reportFailure);
        return arguments.length == 0 ? usage(commandLine) : commandLine.execute(arguments);
    }

    private static int usage(CommandLine commandLine) {
        commandLine.usage(commandLine.getErr());
        return WRONG_INPUT;
    }

    private static int reportWrongArguments(ParameterException wrong, String[] arguments) {
        PrintWriter err = wrong.getCommandLine().getErr();
        List<String> suggestions =
                wrong instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        String hint = suggestions.isEmpty() ? "" : "; nearest: " + String.join(", ", suggestions);
        err.println(oneLine(wrong) + hint);
        return WRONG_INPUT;
    }

    private static int reportFailure(Exception failure, CommandLine commandLine, ParseResult parsed) {
        return report(failure, commandLine.getErr());
    }

    static int report(Exception failure, PrintWriter err) {
        err.println(oneLine(failure));
        if (failure.getClass().getName().startsWith("java.lang.")) {
            failure.printStackTrace(err); // none that we throw for a user to read: a defect
        }
        return failure instanceof InvalidInputException ? WRONG_INPUT : FAILED;
    }

    private static String oneLine(Exception failure) {
        String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return message.replaceAll("\\s*\\R\\s*", "; ");
    }
}
