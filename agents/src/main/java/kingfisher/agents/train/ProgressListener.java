package kingfisher.agents.train;

import java.util.Locale;
import java.util.Map;
import kingfisher.agents.run.ProgressLine;

/** Shows a training's progress and its evaluations. */
public final class ProgressListener implements TrainingListener {

    private final ProgressLine line;

    /** Creates the listener of a line. */
    public ProgressListener(ProgressLine line) {
        this.line = line;
    }

    @Override
    public void iterationDone(TrainingSession session, Map<String, Double> metrics) {
        line.update(session.steps(), session.statistics().meanReturn());
    }

    @Override
    public void evaluated(TrainingSession session, Evaluation evaluation) {
        line.print(String.format(
                Locale.ROOT,
                "evaluation at %,d steps: %.1f ± %.1f deterministic, %.1f ± %.1f stochastic",
                session.steps(),
                evaluation.deterministic().mean(),
                evaluation.deterministic().std(),
                evaluation.stochastic().mean(),
                evaluation.stochastic().std()));
    }
}
