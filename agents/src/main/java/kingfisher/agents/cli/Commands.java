package kingfisher.agents.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a command needs of the program around it.
 *
 * @param text the command line as it was given, for the record
 * @param remote the options with which environments in other processes are reached
 * @param out for results
 * @param err for errors
 */
record Commands(String text, List<String> remote, PrintWriter out, PrintWriter err) {

    private static final Pattern PLAIN = Pattern.compile("[\\p{Alnum}_@%+=:,./-]+", Pattern.UNICODE_CHARACTER_CLASS);

    static Commands of(CommandSpec spec, RemoteOptions remote) {
        CommandLine commandLine = spec.commandLine();
        List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
        return new Commands(text(arguments), remote.arguments(), commandLine.getOut(), commandLine.getErr());
    }

    /** Returns the command that goes on with the run in a folder. */
    String resume(Path folder) {
        return text(Stream.concat(Stream.of("resume", folder.toString()), remote.stream())
                .toList());
    }

    /** Returns a command line that a POSIX shell reads back as these arguments. */
    static String text(List<String> arguments) {
        return Stream.concat(Stream.of(Main.PROGRAM), arguments.stream().map(Commands::quoted))
                .collect(Collectors.joining(" "));
    }

    /** Returns the argument as one word of a shell. */
    static String quoted(String argument) {
        return PLAIN.matcher(argument).matches() ? argument : "'" + argument.replace("'", "'\\''") + "'";
    }
}
