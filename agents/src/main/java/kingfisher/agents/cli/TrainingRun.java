package kingfisher.agents.cli;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.EvaluationResult;
import kingfisher.agents.run.LearningCurve;
import kingfisher.agents.run.ProcessLock;
import kingfisher.agents.run.ProgressLine;
import kingfisher.agents.run.Provenance;
import kingfisher.agents.run.RunFolder;
import kingfisher.agents.run.RunIdentity;
import kingfisher.agents.run.RunResult;
import kingfisher.agents.run.RunStatus;
import kingfisher.agents.run.RunTiming;
import kingfisher.agents.run.Terminal;
import kingfisher.agents.run.TimeSplit;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.train.Backends;
import kingfisher.agents.train.Evaluator;
import kingfisher.agents.train.FinalEvaluation;
import kingfisher.agents.train.ProgressListener;
import kingfisher.agents.train.RunRecorder;
import kingfisher.agents.train.TimeSpent;
import kingfisher.agents.train.Trainer;
import kingfisher.agents.train.TrainingListener;
import kingfisher.agents.train.TrainingPlan;
import kingfisher.agents.train.TrainingSession;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.remote.EnvironmentOpener;
import kingfisher.optim.backend.Backend;

/** One run in its folder, from its start or from where it was left, to its result. */
final class TrainingRun {

    private static final int FINAL_EPISODES = 100;

    private final TrainingPlan plan;
    private final String backendName;
    private final int threads;
    private final boolean quiet;
    private final EnvironmentOpener opener;
    private final Commands commands;
    private final Provenance provenance;
    private final long begin = System.nanoTime();

    TrainingRun(
            TrainingPlan plan,
            String backendName,
            int threads,
            boolean quiet,
            EnvironmentOpener opener,
            Commands commands) {
        this.plan = plan;
        this.backendName = backendName;
        this.threads = threads;
        this.quiet = quiet;
        this.opener = opener;
        this.commands = commands;
        this.provenance = Provenance.collect(commands.text(), plan.seed(), Clock.systemUTC());
    }

    /** Makes the run folder and trains from the beginning; returns the exit code. */
    @SuppressWarnings("try") // the lock is held, not used
    int startNew(RunFolder wanted) {
        try (Interruption interruption = Interruption.notHolding();
                Backend backend = Backends.create(backendName);
                TrainingSession session = open(() -> TrainingSession.start(plan, backend, threads))) {
            if (!interruption.hold()) {
                return Main.INTERRUPTED; // the process is ending, and nothing was written
            }
            RunFolder folder = wanted.create(content -> {
                content.writeConfig(plan.settings().toYaml());
                provenance.with(opener.versions()).write(content.provenance());
                content.lastCheckpoint().write(session.save());
            });
            try (ProcessLock lock = lock(folder)) {
                return run(folder, session, interruption);
            }
        }
    }

    /** Goes on from a checkpoint of the run folder; returns the exit code. */
    @SuppressWarnings("try") // the lock is held, not used
    int resume(RunFolder folder, Checkpoint checkpoint) {
        try (Interruption interruption = Interruption.notHolding();
                ProcessLock lock = lock(folder);
                Backend backend = Backends.create(backendName);
                TrainingSession session = open(() -> TrainingSession.resume(plan, backend, threads, checkpoint))) {
            if (!interruption.hold()) {
                return Main.INTERRUPTED; // the process is ending, and nothing was changed
            }
            RunRecorder.rewind(folder, session);
            folder.removeResult();
            folder.writeConfig(plan.settings().toYaml());
            if (!session.resumesExactly()) {
                commands.err()
                        .println(
                                "note: " + plan.environments().id()
                                        + " can't tell its state; new episodes start, so the run is not the one without a break");
            }
            return run(folder, session, interruption);
        }
    }

    /** Opens what cannot even begin as wrong input, since nothing has been written yet. */
    private static TrainingSession open(Supplier<TrainingSession> opening) {
        try {
            return opening.get();
        } catch (OutOfMemoryError | EnvironmentFailureException failure) {
            throw new InvalidInputException(Failures.describe(failure));
        }
    }

    private static ProcessLock lock(RunFolder folder) {
        // the provenance is written once and never replaced, so that it is the same file for all
        return ProcessLock.take(folder.provenance(), "another process is at the run in " + folder.root());
    }

    private int run(RunFolder folder, TrainingSession session, Interruption interruption) {
        ProgressLine progress = new ProgressLine(
                System.err,
                Terminal.detect(),
                System::nanoTime,
                plan.algorithm() + " " + plan.environments().id(),
                session.steps(),
                plan.settings().get(CommonSettings.STEPS));
        try (Evaluator evaluator =
                new Evaluator(plan.environments().factory(), session.agent(), interruption::requested)) {
            Trainer.End end = new Trainer(session, evaluator, listeners(folder, progress)).run(interruption::requested);
            endLine(progress, session);
            return finish(folder, session, evaluator, end);
        } catch (RuntimeException | Error failure) {
            endLine(progress, session);
            return fail(folder, session, failure);
        }
    }

    private List<TrainingListener> listeners(RunFolder folder, ProgressLine progress) {
        RunRecorder recorder = new RunRecorder(folder, Clock.systemUTC());
        return quiet ? List.of(recorder) : List.of(recorder, new ProgressListener(progress));
    }

    private void endLine(ProgressLine progress, TrainingSession session) {
        if (!quiet) {
            progress.finish(session.steps(), session.statistics().meanReturn());
        }
    }

    private int finish(RunFolder folder, TrainingSession session, Evaluator evaluator, Trainer.End end) {
        Optional<EvaluationResult> evaluation = Optional.empty();
        if (end != Trainer.End.INTERRUPTED) {
            try {
                long seed = FinalEvaluation.seed(plan.seed());
                evaluation = Optional.of(FinalEvaluation.run(evaluator, "last", FINAL_EPISODES, seed, false));
            } catch (CancellationException interrupted) {
                // what follows reports it
            }
        }
        RunStatus status = evaluation.isPresent() ? RunStatus.COMPLETED : RunStatus.INTERRUPTED;
        write(folder, session, status, evaluation, Optional.empty());
        if (evaluation.isEmpty()) {
            commands.err().println("interrupted after " + session.steps() + " steps" + howToGoOn(folder));
            return Main.INTERRUPTED;
        }
        commands.out().println(Reports.summary(evaluation.get(), session.steps(), session.timeSpent(), folder));
        return 0;
    }

    private int fail(RunFolder folder, TrainingSession session, Throwable failure) {
        String reason = Failures.describe(failure);
        commands.err().println("the run stopped after " + session.steps() + " steps: " + reason + howToGoOn(folder));
        write(folder, session, RunStatus.FAILED, Optional.empty(), Optional.of(reason));
        return Main.FAILED;
    }

    private String howToGoOn(RunFolder folder) {
        return folder.lastCheckpoint().exists()
                ? "; go on from the last checkpoint with: " + commands.resume(folder.root())
                : "";
    }

    private void write(
            RunFolder folder,
            TrainingSession session,
            RunStatus status,
            Optional<EvaluationResult> evaluation,
            Optional<String> failure) {
        TimeSpent spent = session.timeSpent();
        double total = Math.max(spent.total(), Double.MIN_NORMAL);
        RunTiming timing = new RunTiming(
                session.steps(),
                (System.nanoTime() - begin) / 1e9,
                session.steps() / total,
                new TimeSplit(
                        spent.environment() / total,
                        spent.inference() / total,
                        spent.update() / total,
                        spent.other() / total));
        RunIdentity identity =
                new RunIdentity(plan.algorithm(), plan.environments().id(), plan.seed(), threads, backendName);
        double last100 = session.statistics().meanReturn();
        new RunResult(status, identity, timing, provenance.with(opener.versions()), last100, evaluation, failure)
                .write(folder.result());
        LearningCurve.draw(
                folder, plan.algorithm() + " on " + plan.environments().id(), commands.err()::println);
    }
}
