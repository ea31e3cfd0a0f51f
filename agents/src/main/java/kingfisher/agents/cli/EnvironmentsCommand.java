package kingfisher.agents.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import kingfisher.agents.run.Json;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.registry.EnvironmentArgument;
import kingfisher.envs.registry.EnvironmentRegistration;
import kingfisher.envs.registry.Environments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the environments of the registry. */
@Command(name = "envs", description = "Lists the environments.", mixinStandardHelpOptions = true)
final class EnvironmentsCommand implements Callable<Integer> {

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            ArrayNode list = Json.object().putArray("environments");
            Environments.registrations().forEach(registration -> list.add(toJson(registration)));
            out.print(Json.pretty(list));
            out.flush();
        } else {
            Environments.registrations().forEach(registration -> print(registration, out));
            out.println(
                    "Others: gym:ID is Gymnasium's (it starts by itself), grpc://HOST:PORT/ID and grpc:unix:PATH/ID are"
                            + " a running server's.");
        }
        return 0;
    }

    private static void print(EnvironmentRegistration registration, PrintWriter out) {
        EnvironmentSpecification specification = Environments.specification(registration.id(), Map.of());
        out.printf("%-26s %s%n", registration.id(), registration.description());
        out.printf("%-26s   observations %s%n", "", specification.observationSpace());
        out.printf("%-26s   actions %s%n", "", specification.actionSpace());
        for (EnvironmentArgument argument : registration.arguments()) {
            out.printf(
                    "%-26s   --env-arg %s=%s  %s%n",
                    "", argument.name(), argument.defaultValue(), argument.description());
        }
    }

    private static ObjectNode toJson(EnvironmentRegistration registration) {
        EnvironmentSpecification specification = Environments.specification(registration.id(), Map.of());
        ObjectNode node = Json.object().put("id", registration.id()).put("description", registration.description());
        node.put("observationSpace", specification.observationSpace().toString());
        node.put("actionSpace", specification.actionSpace().toString());
        specification.timeLimit().ifPresent(limit -> node.put("timeLimit", limit));
        specification.rewardThreshold().ifPresent(threshold -> node.put("rewardThreshold", threshold));
        ArrayNode arguments = node.putArray("arguments");
        for (EnvironmentArgument argument : registration.arguments()) {
            arguments
                    .addObject()
                    .put("name", argument.name())
                    .put("default", argument.defaultValue())
                    .put("description", argument.description());
        }
        return node;
    }
}
