package kingfisher.agents.cli;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import kingfisher.envs.InvalidInputException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;

/** The entry of {@code agents.jar}. */
@Command(
        name = Main.PROGRAM,
        description = "Trains and evaluates reinforcement-learning agents.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionProvider.class,
        footer = {
            "",
            "COMMAND --help tells more of a command. Exit codes: 0 done, 1 failed on the way",
            "(what was done is kept), 2 wrong input (nothing was written), 130 interrupted",
            "(resume goes on)."
        },
        subcommands = {
            TrainCommand.class,
            ResumeCommand.class,
            EvaluateCommand.class,
            TraceCommand.class,
            SettingsCommand.class,
            EnvironmentsCommand.class,
            CheckEnvironmentCommand.class,
            ServeEnvironmentsCommand.class,
            HelpCommand.class
        })
public final class Main {

    /** What a user types to run this. */
    static final String PROGRAM = "java -jar agents.jar";

    /** Exit code of wrong input; nothing has been written then. */
    static final int WRONG_INPUT = 2;

    /** Exit code of a failure on the way; what was done is kept. */
    static final int FAILED = 1;

    /** Exit code of an interrupted run; it can be resumed. */
    static final int INTERRUPTED = 130;

    private Main() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] arguments) {
        setUnlessSet("java.awt.headless", "true"); // pictures are drawn to files; a display may be absent
        setUnlessSet("org.slf4j.simpleLogger.defaultLogLevel", "off"); // ND4J would tell what it found
        Charset charset = StandardStreams.install();
        System.exit(
                run(new PrintWriter(System.out, true, charset), new PrintWriter(System.err, true, charset), arguments));
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** Runs a command and returns its exit code: 0 done, 1 failed on the way, 2 wrong input, 130 interrupted. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setOut(out).setErr(err);
        commandLine
                .getSubcommands()
                .values()
                .forEach(command -> command.getCommandSpec().versionProvider(new VersionProvider()));
        commandLine.setExpandAtFiles(false); // what begins with @ may be a folder's name
        commandLine.setParameterExceptionHandler((wrong, all) -> reportWrongArguments(wrong, err));
        commandLine.setExecutionExceptionHandler((failure, command, parsed) -> report(failure, err));
        if (arguments.length == 0) {
            commandLine.usage(err);
            return WRONG_INPUT;
        }
        try {
            return commandLine.execute(arguments);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError failure) {
            return report(failure, err);
        }
    }

    private static int reportWrongArguments(ParameterException wrong, PrintWriter err) {
        err.println(ArgumentErrors.message(wrong));
        return WRONG_INPUT;
    }

    private static int report(Throwable failure, PrintWriter err) {
        err.println(Failures.describe(failure));
        return failure instanceof InvalidInputException ? WRONG_INPUT : FAILED;
    }
}
