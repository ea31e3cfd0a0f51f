package kingfisher.agents.cli;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a command needs of the program around it.
 *
 * @param text the command line as it was given, for the record
 * @param out for results
 * @param err for errors
 */
record Commands(String text, PrintWriter out, PrintWriter err) {

    static Commands of(CommandSpec spec) {
        CommandLine commandLine = spec.commandLine();
        List<String> arguments = spec.root().commandLine().getParseResult().originalArgs();
        return new Commands("agents " + String.join(" ", arguments), commandLine.getOut(), commandLine.getErr());
    }
}
