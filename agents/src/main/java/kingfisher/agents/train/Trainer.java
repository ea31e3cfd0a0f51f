package kingfisher.agents.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import kingfisher.agents.run.ReturnSummary;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;

/** The training loop: iterations, and at their intervals evaluations and checkpoints. */
public final class Trainer {

    /** Keeps the seeds of evaluations on the way, which select, apart from those of training and of the last one. */
    private static final long SELECTION_SEED_OFFSET = 1_000_000;

    /** Why a training loop ended. */
    public enum End {
        /** All steps are done. */
        COMPLETED,
        /** An evaluation reached {@code stop-at-return}. */
        GOAL_REACHED,
        /** Somebody asked to stop. */
        INTERRUPTED
    }

    private final TrainingSession session;
    private final Evaluator evaluator;
    private final List<TrainingListener> listeners;
    private final Settings settings;
    private final OptionalLong evaluationInterval;
    private final OptionalLong checkpointInterval;
    private final Optional<Double> goal;
    private boolean kept;
    private boolean told = true; // whether the listeners know of all that the session went through

    /** Creates the loop; a session that was resumed goes on where it is. */
    public Trainer(TrainingSession session, Evaluator evaluator, List<TrainingListener> listeners) {
        this.session = session;
        this.evaluator = evaluator;
        this.listeners = List.copyOf(listeners);
        this.settings = session.plan().settings();
        this.evaluationInterval = CommonSettings.evaluationInterval(settings);
        this.checkpointInterval = CommonSettings.checkpointInterval(settings);
        this.goal = settings.get(CommonSettings.STOP_AT_RETURN);
    }

    /**
     * Runs until all steps are done, the goal is reached or {@code stop} says so, and has the state kept then; also when
     * something fails, if the state is that after a whole iteration.
     *
     * @param stop asked after each iteration
     */
    public End run(BooleanSupplier stop) {
        try {
            return loop(stop);
        } catch (RuntimeException failure) {
            if (!kept && told && session.isConsistent()) {
                keepDespite(failure);
            }
            throw failure;
        }
    }

    private void keepDespite(RuntimeException failure) {
        try {
            keep();
        } catch (RuntimeException another) {
            failure.addSuppressed(another);
        }
    }

    private void keep() {
        listeners.forEach(listener -> listener.checkpoint(session));
        kept = true;
    }

    private End loop(BooleanSupplier stop) {
        long total = settings.get(CommonSettings.STEPS);
        kept = true; // a resumed session is
        if (session.steps() == 0) {
            keep();
        }
        boolean goalReached = false;
        if (session.steps() > 0) {
            kept = session.isEvaluated() || !isDue(evaluationInterval);
            goalReached = reachesGoal(); // makes up for an evaluation that an interruption cut short
        }
        End end = End.COMPLETED;
        while (!goalReached && session.steps() < total) {
            if (stop.getAsBoolean()) {
                end = End.INTERRUPTED;
                break;
            }
            iterate();
            goalReached = reachesGoal();
            if (isDue(checkpointInterval)) {
                keep();
            }
        }
        if (!kept) {
            keep();
        }
        return goalReached ? End.GOAL_REACHED : end;
    }

    /** Evaluates the agent where that is due; returns whether its last evaluation was now and reached the goal. */
    private boolean reachesGoal() {
        if (isDue(evaluationInterval) && !session.isEvaluated()) {
            evaluate();
        }
        return goal.isPresent() && session.isEvaluated() && session.evaluatedReturn() >= goal.get();
    }

    private void iterate() {
        long begin = System.nanoTime();
        Map<String, Double> metrics = new LinkedHashMap<>();
        Map<String, Double> update = session.iterate();
        told = false;
        metrics.put("rollout/ep_rew_mean", session.statistics().meanReturn());
        metrics.put("rollout/ep_len_mean", session.statistics().meanLength());
        metrics.put("rollout/episodes", (double) session.statistics().episodes());
        metrics.putAll(update);
        metrics.put("time/fps", session.stepsPerIteration() / ((System.nanoTime() - begin) / 1e9));
        metrics.put("time/time_elapsed", session.timeSpent().total());
        listeners.forEach(listener -> listener.iterationDone(session, metrics));
        told = true;
        kept = false;
    }

    private boolean isDue(OptionalLong interval) {
        if (interval.isEmpty()) {
            return false;
        }
        long before = session.steps() - session.stepsPerIteration();
        return session.steps() / interval.getAsLong() > before / interval.getAsLong();
    }

    private void evaluate() {
        long begin = System.nanoTime();
        int episodes = settings.get(CommonSettings.EVALUATION_EPISODES);
        long seed = (session.plan().seed() + SELECTION_SEED_OFFSET) & Long.MAX_VALUE;
        ReturnSummary deterministic;
        ReturnSummary stochastic;
        try {
            deterministic = summary(evaluator.evaluate(episodes, seed, false));
            stochastic = summary(evaluator.evaluate(episodes, seed, true));
        } catch (CancellationException interrupted) {
            return; // a resumed run makes up for it
        }
        boolean best = session.recordEvaluation(deterministic.mean());
        told = false;
        Evaluation evaluation =
                new Evaluation(deterministic, stochastic, episodes, (System.nanoTime() - begin) / 1e9, best);
        listeners.forEach(listener -> listener.evaluated(session, evaluation));
        told = true;
    }

    private static ReturnSummary summary(double[] returns) {
        return ReturnSummary.of(Arrays.stream(returns).boxed().toList());
    }
}
