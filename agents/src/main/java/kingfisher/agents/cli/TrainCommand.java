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
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.remote.EnvironmentOpener;
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
        sortOptions = false,
        footer = {
            "",
            "Settings come from --set, else from --config, else from the environment's preset, else from the algorithm's"
                    + " defaults. The command settings lists them: " + Main.PROGRAM + " settings ppo --env CartPole-v1",
            "",
            "Example: " + Main.PROGRAM + " train ppo --env Pendulum-v1 --steps 200k --seed 1 --set gae-lambda=0.9"
        })
final class TrainCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "ALGORITHM",
            completionCandidates = Algorithms.class,
            description = "One of: ${COMPLETION-CANDIDATES}.")
    private String algorithm = "";

    @Mixin
    private EnvironmentOptions environment = new EnvironmentOptions();

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Environment steps, such as 20000, 20k or 1.5M (default: the preset's).")
    private Optional<String> steps = Optional.empty();

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "0",
            description = "Seed of the run (default: ${DEFAULT-VALUE}).")
    private String seed = "";

    @Option(names = "--run", paramLabel = "DIR", description = "Run folder to make (default: a new one in runs/).")
    private Optional<Path> run = Optional.empty();

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            description = "Preset to take instead of the environment's own; the command settings lists them.")
    private Optional<String> preset = Optional.empty();

    @Option(names = "--config", paramLabel = "FILE", description = "Settings, as YAML: a line KEY: VALUE for each.")
    private Optional<Path> config = Optional.empty();

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "One setting; may be given several times.")
    private List<String> assignments = List.of();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = Backends.DEFAULT,
            description = "cpu, nd4j or cuda (default: ${DEFAULT-VALUE}).")
    private String backend = "";

    @Mixin
    private RemoteOptions remote = new RemoteOptions();

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        AlgorithmSettings algorithmSettings = AlgorithmSettings.find(algorithm);
        long chosenSeed = OptionValues.seed(seed);
        int threads = compute.threads();
        Backends.check(backend);
        RunFolder folder = run.map(RunFolder::forNewRun)
                .orElseGet(() -> RunFolder.forNewRun(
                        algorithm, environment.id(), chosenSeed, Clock.system(ZoneId.systemDefault())));
        Map<String, String> arguments = environment.arguments();
        Settings settings = settings(algorithmSettings);
        try (EnvironmentOpener opener = remote.open()) {
            EnvironmentSpecification specification = opener.specification(environment.id(), arguments);
            ActionAdapter.of(specification);
            RunSize.of(settings, specification).check();
            EnvironmentSource source = EnvironmentSource.opened(opener, environment.id(), arguments);
            TrainingPlan plan = new TrainingPlan(algorithm, settings, source, chosenSeed);
            Commands commands = Commands.of(spec, remote);
            return new TrainingRun(plan, backend, threads, compute.quiet(), opener, commands).startNew(folder);
        }
    }

    private Settings settings(AlgorithmSettings algorithmSettings) {
        Settings settings = SettingsResolver.resolve(
                algorithmSettings,
                preset.map(name -> Presets.named(algorithm, name)).or(() -> Presets.find(algorithm, environment.id())),
                config.map(ConfigFile::read),
                assignments);
        if (steps.isPresent()) {
            settings = settings.with(CommonSettings.STEPS.key(), steps.get(), "--steps");
        }
        algorithmSettings.check(settings);
        return settings;
    }
}
