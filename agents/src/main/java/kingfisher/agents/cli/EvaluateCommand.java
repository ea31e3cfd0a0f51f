package kingfisher.agents.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.PolicyCheckpoint;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.CheckpointFolder;
import kingfisher.agents.run.EvaluationResult;
import kingfisher.agents.run.RunFolder;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.EnvironmentSource;
import kingfisher.agents.train.Evaluator;
import kingfisher.agents.train.FinalEvaluation;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.remote.EnvironmentOpener;
import kingfisher.optim.backend.Backend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Plays episodes with a run's policy. */
@Command(
        name = "evaluate",
        description = "Plays episodes with the policy of a run.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {

    private static final String LAST = "last";
    private static final String BEST = "best";
    private static final int MOST_EPISODES = 1_000_000;

    @Parameters(paramLabel = "DIR", description = "The run folder.")
    private Path directory = Path.of("");

    @Option(
            names = "--policy",
            paramLabel = "NAME",
            defaultValue = LAST,
            description = "last or best (default: ${DEFAULT-VALUE}).")
    private String policy = LAST;

    @Option(
            names = "--episodes",
            paramLabel = "N",
            defaultValue = "100",
            description = "Number of episodes (default: ${DEFAULT-VALUE}).")
    private String episodes = "";

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seed of the environments (default: that of the run's own last evaluation).")
    private Optional<String> seed = Optional.empty();

    @Option(names = "--stochastic", description = "Report the returns of drawn actions, not of the most probable ones.")
    private boolean stochastic;

    @Mixin
    private RemoteOptions remote = new RemoteOptions();

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result there as JSON.")
    private Optional<Path> json = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        int count = (int) OptionValues.wholeNumber("--episodes", episodes, 1, MOST_EPISODES);
        Optional<Long> chosen = seed.map(OptionValues::seed);
        json.ifPresent(file -> OptionValues.requireWritable("--json", file));
        RunFolder folder = RunFolder.ofExistingRun(directory);
        Checkpoint checkpoint = source(folder).read();
        try (EnvironmentOpener opener = remote.open()) {
            EvaluationResult result = evaluate(checkpoint, opener, count, chosen);
            json.ifPresent(result::write);
            spec.commandLine().getOut().println(Reports.evaluation(result));
            return 0;
        }
    }

    private EvaluationResult evaluate(
            Checkpoint checkpoint, EnvironmentOpener opener, int count, Optional<Long> chosen) {
        TrainingPlan plan = TrainingPlan.of(checkpoint, opener);
        EnvironmentSource environment = plan.environments();
        PolicyCheckpoint.requireSpaces(checkpoint, opener.specification(environment.id(), environment.arguments()));
        try (Backend backend = Backends.create(checkpoint.text("backend"))) {
            Agent agent = PolicyCheckpoint.agent(checkpoint, backend);
            try (Evaluator evaluator = new Evaluator(environment.factory(), agent, () -> false)) {
                long start = chosen.orElseGet(() -> FinalEvaluation.seed(plan.seed()));
                return FinalEvaluation.run(evaluator, policy, count, start, stochastic);
            }
        }
    }

    private CheckpointFolder source(RunFolder folder) {
        return switch (policy) {
            case LAST -> folder.lastCheckpoint();
            case BEST -> folder.bestCheckpoint();
            default -> throw new InvalidInputException("--policy must be last or best: " + OptionValues.shown(policy));
        };
    }
}
