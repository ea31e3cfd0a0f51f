package kingfisher.agents.cli;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.envs.NearestNames;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what is wrong with the arguments of a command, with the nearest names where a name is wrong. */
final class ArgumentErrors {

    private ArgumentErrors() {}

    static String message(ParameterException wrong) {
        CommandSpec command = wrong.getCommandLine().getCommandSpec();
        if (wrong instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched.getUnmatched().get(0), command);
        }
        if (wrong instanceof MissingParameterException missing) {
            return missing(missing);
        }
        if (wrong instanceof OverwrittenOptionException overwritten) {
            return name(overwritten.getOverwritten()) + " is given twice";
        }
        if (wrong.getArgSpec() instanceof OptionSpec option && option.arity().max() == 0) {
            return name(option) + " takes no value: " + wrong.getValue();
        }
        return text(wrong);
    }

    private static String text(ParameterException wrong) {
        return Failures.oneLine(String.valueOf(wrong.getMessage()));
    }

    private static String unmatched(String argument, CommandSpec command) {
        if (argument.length() > 1 && argument.startsWith("-")) {
            return unknownOption(argument.replaceFirst("=.*", ""), command);
        }
        Collection<String> commands = command.subcommands().keySet();
        return Failures.oneLine(
                commands.isEmpty()
                        ? "unexpected argument: " + argument
                        : "unknown command: " + argument + NearestNames.hint(argument, commands));
    }

    private static String unknownOption(String name, CommandSpec command) {
        String key = name.replaceFirst("^-+", "");
        List<String> known = command.options().stream()
                .map(option -> option.longestName().substring("--".length()))
                .sorted()
                .toList();
        if (known.contains("set") && isSetting(key)) {
            return Failures.oneLine("unknown option: " + name + "; it is a setting: --set " + key + "=VALUE");
        }
        List<String> nearest = NearestNames.of(key, known);
        return Failures.oneLine("unknown option: " + name + (nearest.isEmpty() ? "; known: " : "; nearest: ")
                + (nearest.isEmpty() ? known : nearest)
                        .stream().map(option -> "--" + option).collect(Collectors.joining(", ")));
    }

    private static boolean isSetting(String key) {
        return AlgorithmSettings.names().stream()
                .anyMatch(algorithm ->
                        AlgorithmSettings.find(algorithm).settings().keys().contains(key));
    }

    private static String missing(MissingParameterException missing) {
        List<ArgSpec> arguments = missing.getMissing();
        String names = arguments.stream().map(ArgumentErrors::name).collect(Collectors.joining(", "));
        boolean valueMissing = arguments.size() == 1
                && arguments.get(0).isOption()
                && !text(missing).startsWith("Missing required option");
        if (valueMissing) {
            return names + " needs a value: " + arguments.get(0).paramLabel();
        }
        return "missing: " + names;
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }
}
