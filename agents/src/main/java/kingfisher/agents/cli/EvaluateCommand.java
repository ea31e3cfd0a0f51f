package kingfisher.agents.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.PolicyCheckpoint;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.CheckpointFolder;
import kingfisher.agents.run.EvaluationResult;
import kingfisher.agents.run.RunFolder;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.Evaluator;
import kingfisher.agents.train.FinalEvaluation;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Backend;
import picocli.CommandLine.Command;
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

    /** Which of a run's checkpoints is meant. */
    enum Which {
        LAST,
        BEST
    }

    @Parameters(paramLabel = "DIR", description = "The run folder.")
    private Path directory = Path.of("");

    @Option(names = "--policy", defaultValue = "last", description = "last or best (default: ${DEFAULT-VALUE}).")
    private Which policy = Which.LAST;

    @Option(names = "--episodes", defaultValue = "100", description = "Number of episodes (default: ${DEFAULT-VALUE}).")
    private int episodes;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Seed of the environments (default: that of the run's own last evaluation).")
    private Optional<Long> seed = Optional.empty();

    @Option(names = "--stochastic", description = "Report the returns of drawn actions, not of the most probable ones.")
    private boolean stochastic;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result there as JSON.")
    private Optional<Path> json = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (episodes < 1) {
            throw new InvalidInputException("--episodes must be at least 1: " + episodes);
        }
        if (seed.isPresent() && seed.get() < 0) {
            throw new InvalidInputException("--seed must be from 0 to " + Long.MAX_VALUE + ": " + seed.get());
        }
        RunFolder folder = RunFolder.ofExistingRun(directory);
        CheckpointFolder source = policy == Which.LAST ? folder.lastCheckpoint() : folder.bestCheckpoint();
        Checkpoint checkpoint = source.read();
        TrainingPlan plan = TrainingPlan.of(checkpoint);
        String name = policy.name().toLowerCase(Locale.ROOT);
        try (Backend backend =
                Backends.create(checkpoint.state().required("backend").asText())) {
            Agent agent = PolicyCheckpoint.agent(checkpoint, backend);
            try (Evaluator evaluator = new Evaluator(plan.environments().factory(), agent, () -> false)) {
                long start = seed.orElseGet(() -> FinalEvaluation.seed(plan.seed()));
                EvaluationResult result = FinalEvaluation.run(evaluator, name, episodes, start, stochastic);
                json.ifPresent(result::write);
                spec.commandLine().getOut().println(Reports.evaluation(result));
                return 0;
            }
        }
    }
}
