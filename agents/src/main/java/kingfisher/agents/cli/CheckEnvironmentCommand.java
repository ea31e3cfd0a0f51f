package kingfisher.agents.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.agents.run.AtomicFile;
import kingfisher.agents.run.Json;
import kingfisher.envs.check.EnvironmentChecker;
import kingfisher.envs.check.Finding;
import kingfisher.envs.check.Severity;
import kingfisher.envs.remote.EnvironmentOpener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks that an environment keeps the contract. */
@Command(
        name = "check-env",
        description = "Checks that an environment does what algorithms rely on.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class CheckEnvironmentCommand implements Callable<Integer> {

    @Parameters(paramLabel = "ID", description = "The environment.")
    private String id = "";

    @Option(
            names = "--env-arg",
            paramLabel = "KEY=VALUE",
            description = "Argument of the environment; may be given several times.")
    private List<String> arguments = List.of();

    @Mixin
    private RemoteOptions remote = new RemoteOptions();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the findings there as JSON.")
    private Optional<Path> json = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        json.ifPresent(file -> OptionValues.requireWritable("--json", file));
        Map<String, String> given = EnvironmentOptions.parse(arguments);
        List<Finding> findings;
        try (EnvironmentOpener opener = remote.open()) {
            opener.specification(id, given); // what cannot be opened is wrong input, not a finding
            findings = EnvironmentChecker.check(() -> opener.open(id, given));
        }
        long errors = findings.stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .count();
        json.ifPresent(file -> AtomicFile.write(file, Json.pretty(toJson(findings, errors))));
        findings.forEach(finding -> spec.commandLine()
                .getOut()
                .println(finding.severity().name().toLowerCase(Locale.ROOT) + ": " + finding.message()));
        spec.commandLine()
                .getOut()
                .println(id + ": " + errors + " errors, " + (findings.size() - errors) + " warnings");
        return errors == 0 ? 0 : Main.FAILED;
    }

    private ObjectNode toJson(List<Finding> findings, long errors) {
        ObjectNode node = Json.object().put("environment", id).put("ok", errors == 0);
        ArrayNode list = node.putArray("findings");
        for (Finding finding : findings) {
            list.addObject()
                    .put("severity", finding.severity().name().toLowerCase(Locale.ROOT))
                    .put("message", finding.message());
        }
        return node;
    }
}
