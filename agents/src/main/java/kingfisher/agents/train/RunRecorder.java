package kingfisher.agents.train;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Map;
import kingfisher.agents.run.EvaluationsFile;
import kingfisher.agents.run.EventFile;
import kingfisher.agents.run.MetricsFile;
import kingfisher.agents.run.RunFolder;

/** Writes what happens in a training to its run folder. */
public final class RunRecorder implements TrainingListener {

    private final RunFolder folder;
    private final MetricsFile metricsFile;
    private final EvaluationsFile evaluationsFile;
    private final EventFile eventFile;

    /** Creates the recorder of a folder that exists; it goes on behind what is there already. */
    public RunRecorder(RunFolder folder, Clock clock) {
        this.folder = folder;
        this.metricsFile = new MetricsFile(folder.metrics());
        this.evaluationsFile = new EvaluationsFile(folder.evaluations());
        this.eventFile = EventFile.create(folder.root(), clock);
    }

    /** Removes from a folder what was written after the state that a session has, so that it is not there twice. */
    public static void rewind(RunFolder folder, TrainingSession session) {
        new MetricsFile(folder.metrics()).truncateAfter(session.iteration());
        new EvaluationsFile(folder.evaluations()).truncateAfter(session.evaluatedSteps());
        EventFile.truncateAfter(folder.root(), session.steps());
    }

    @Override
    public void iterationDone(TrainingSession session, Map<String, Double> metrics) {
        metricsFile.append(session.iteration(), session.steps(), metrics);
        eventFile.append(session.steps(), metrics);
    }

    @Override
    public void evaluated(TrainingSession session, Evaluation evaluation) {
        evaluationsFile.append(
                session.steps(),
                evaluation.deterministic(),
                evaluation.stochastic(),
                evaluation.episodes(),
                evaluation.seconds());
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("eval/mean_reward", evaluation.deterministic().mean());
        values.put("eval/mean_reward_stochastic", evaluation.stochastic().mean());
        eventFile.append(session.steps(), values);
        if (evaluation.best()) {
            folder.bestCheckpoint().write(session.save());
        }
    }

    @Override
    public void checkpoint(TrainingSession session) {
        folder.lastCheckpoint().write(session.save());
    }
}
