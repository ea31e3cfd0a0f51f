package kingfisher.agents.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.RunFolder;
import kingfisher.agents.run.RunStatus;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.remote.EnvironmentOpener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Goes on with a run that was interrupted, or makes a completed one longer. */
@Command(name = "resume", description = "Goes on with a run from its last checkpoint.", mixinStandardHelpOptions = true)
final class ResumeCommand implements Callable<Integer> {

    @Parameters(paramLabel = "DIR", description = "The run folder.")
    private Path directory = Path.of("");

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Environment steps of the whole run, if it is to change.")
    private Optional<String> steps = Optional.empty();

    @Mixin
    private RemoteOptions remote = new RemoteOptions();

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        int threads = compute.threads();
        try (EnvironmentOpener opener = remote.open()) {
            return resume(RunFolder.ofExistingRun(directory), threads, opener);
        }
    }

    private int resume(RunFolder folder, int threads, EnvironmentOpener opener) {
        Checkpoint checkpoint = folder.lastCheckpoint().read();
        TrainingPlan plan = TrainingPlan.of(checkpoint, opener);
        long done = checkpoint.wholeNumber("steps");
        long planned = plan.settings().get(CommonSettings.STEPS);
        if (steps.isPresent()) {
            plan = plan.with(lengthened(plan, done));
        }
        long wanted = plan.settings().get(CommonSettings.STEPS);
        boolean complete = RunStatus.read(folder.result()).equals(Optional.of(RunStatus.COMPLETED));
        if (complete && (wanted == planned || wanted <= done)) {
            spec.commandLine()
                    .getOut()
                    .println("the run in " + directory + " is complete (" + done + " steps); --steps makes it longer");
            return 0;
        }
        String backend = checkpoint.text("backend");
        Commands commands = Commands.of(spec, remote);
        return new TrainingRun(plan, backend, threads, compute.quiet(), opener, commands).resume(folder, checkpoint);
    }

    private Settings lengthened(TrainingPlan plan, long done) {
        String text = steps.orElseThrow();
        Settings changed = plan.settings().with(CommonSettings.STEPS.key(), text, "--steps");
        AlgorithmSettings.find(plan.algorithm()).check(changed);
        if (changed.get(CommonSettings.STEPS) < done) {
            throw new InvalidInputException("--steps must be at least the " + done + " steps that are done: " + text);
        }
        return changed;
    }
}
