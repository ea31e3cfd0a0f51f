package kingfisher.agents.cli;

import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.agents.policy.ActionAdapter;
import kingfisher.agents.run.RunFolder;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.ConfigFile;
import kingfisher.agents.settings.Presets;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.SettingsResolver;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.envs.registry.Environments;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains an agent in a new run folder. */
@Command(
        name = "train",
        description = "Trains an agent and keeps everything about the run in a folder.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {

    @Parameters(paramLabel = "ALGORITHM", description = "ppo")
    private String algorithm = "";

    @Mixin
    private EnvironmentOptions environment = new EnvironmentOptions();

    @Option(names = "--steps", paramLabel = "N", description = "Environment steps, such as 20000, 20k or 1.5M.")
    private Optional<String> steps = Optional.empty();

    @Option(names = "--seed", paramLabel = "S", defaultValue = "0", description = "Seed of the run, from 0.")
    private long seed;

    @Option(names = "--run", paramLabel = "DIR", description = "Run folder to make (default: a new one in runs/).")
    private Optional<Path> run = Optional.empty();

    @Option(names = "--config", paramLabel = "FILE", description = "Settings, as YAML: one key: value a line.")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting; may be given several times.")
    private List<String> assignments = List.of();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = Backends.DEFAULT,
            description = "cpu or nd4j (default: ${DEFAULT-VALUE}).")
    private String backend = "";

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        AlgorithmSettings algorithmSettings = AlgorithmSettings.find(algorithm);
        Map<String, String> arguments = environment.arguments();
        ActionAdapter.of(Environments.specification(environment.id(), arguments));
        Settings settings = settings(algorithmSettings);
        Backends.check(backend);
        TrainingPlan plan =
                new TrainingPlan(algorithm, settings, EnvironmentSource.registered(environment.id(), arguments), seed);
        int threads = compute.threads();
        RunFolder folder = run.map(RunFolder::forNewRun)
                .orElseGet(() ->
                        RunFolder.forNewRun(algorithm, environment.id(), seed, Clock.system(ZoneId.systemDefault())));
        return new TrainingRun(plan, backend, threads, folder, compute.quiet(), Commands.of(spec)).startNew();
    }

    private Settings settings(AlgorithmSettings algorithmSettings) {
        Settings settings = SettingsResolver.resolve(
                algorithmSettings,
                Presets.find(algorithm, environment.id()),
                config.map(ConfigFile::read),
                assignments);
        if (steps.isPresent()) {
            settings = settings.with(CommonSettings.STEPS.key(), steps.get(), "--steps");
        }
        algorithmSettings.check(settings);
        return settings;
    }
}
