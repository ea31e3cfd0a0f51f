package kingfisher.experiments.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import kingfisher.agents.run.AtomicFile;
import kingfisher.envs.InvalidInputException;
import kingfisher.experiments.figure.ProximalFigure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Draws figure 1 of Grosse's chapter. */
@Command(
        name = "figure-1",
        description = {
            "Draws what one example changes in a model's predictions when the proximal objective is minimized:",
            "with weight-space proximity, with function-space proximity, and with both."
        },
        mixinStandardHelpOptions = true)
final class Figure1Command implements Callable<Integer> {

    @Option(names = "--out", paramLabel = "FILE.png", required = true, description = "Write the picture there.")
    private Path out = Path.of("");

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seed of examples and model (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws IOException {
        if (!out.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new InvalidInputException("--out must name a PNG file (….png): " + out);
        }
        OutputFile.requireFolder("--out", out);
        if (seed < 0) {
            throw new InvalidInputException("--seed must be at least 0: " + seed);
        }
        AtomicFile.write(out, ProximalFigure.compute(seed).png());
        spec.commandLine().getOut().println("wrote " + out);
        return 0;
    }
}
