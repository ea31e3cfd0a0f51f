package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loop evaluates and keeps what is due, whenever it is stopped and resumed. */
class TrainerTest {

    private static final long SEED = 23;

    private final Backend backend = new CpuBackend();

    /** What happened, in order, and the last state that was kept. */
    private static final class Diary implements TrainingListener {
        private final List<String> events = new ArrayList<>();
        private final List<Checkpoint> kept = new ArrayList<>();

        @Override
        public void iterationDone(TrainingSession session, Map<String, Double> metrics) {
            events.add(session.steps() + " steps, loss " + metrics.get("train/value_loss"));
        }

        @Override
        public void evaluated(TrainingSession session, Evaluation evaluation) {
            events.add("return " + evaluation.deterministic().mean() + (evaluation.best() ? ", the best" : ""));
        }

        @Override
        public void checkpoint(TrainingSession session) {
            kept.add(session.save());
        }

        long evaluations() {
            return events.stream().filter(event -> event.startsWith("return")).count();
        }

        Checkpoint last() {
            return kept.get(kept.size() - 1);
        }
    }

    private static TrainingPlan plan(String... more) {
        Settings settings = AlgorithmSettings.find("ppo")
                .defaults()
                .with("steps", "192", "test")
                .with("rollout-steps", "32", "test")
                .with("minibatch-size", "16", "test")
                .with("hidden", "8", "test")
                .with("evaluation-interval", "64", "test")
                .with("evaluation-episodes", "2", "test")
                .with("checkpoint-interval", "0", "test");
        for (String assignment : more) {
            String[] parts = assignment.split("=", -1);
            settings = settings.with(parts[0], parts[1], "test");
        }
        return new TrainingPlan("ppo", settings, EnvironmentSource.registered("CartPole-v1", Map.of()), SEED);
    }

    private Trainer.End train(TrainingSession session, BooleanSupplier stop, TrainingListener listener) {
        try (session;
                Evaluator evaluator =
                        new Evaluator(session.plan().environments().factory(), session.agent(), stop)) {
            return new Trainer(session, evaluator, List.of(listener)).run(stop);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anEvaluationThatIsCutShortIsMadeUpFor(int done) {
        Diary whole = new Diary();
        train(TrainingSession.start(plan(), backend, 1), () -> false, whole);
        assertThat(whole.evaluations()).isEqualTo(3);

        Diary broken = new Diary();
        // asked within the evaluation that follows: it is cancelled, then the loop stops
        BooleanSupplier stop = () -> broken.evaluations() == done && broken.events.size() >= 2 + 3 * done;
        Trainer.End end = train(TrainingSession.start(plan(), backend, 1), stop, broken);
        assertThat(end).isEqualTo(done == 2 ? Trainer.End.COMPLETED : Trainer.End.INTERRUPTED);
        assertThat(broken.evaluations()).isEqualTo(done);

        train(TrainingSession.resume(plan(), backend, 1, broken.last()), () -> false, broken);
        assertThat(broken.events).isEqualTo(whole.events);
        assertThat(state(broken)).isEqualTo(state(whole));
    }

    @Test
    void aGoalThatWasReachedEndsAResumedTrainingToo() {
        Diary diary = new Diary();
        TrainingPlan plan = plan("stop-at-return=1");
        assertThat(train(TrainingSession.start(plan, backend, 1), () -> false, diary))
                .isEqualTo(Trainer.End.GOAL_REACHED);
        assertThat(diary.events).hasSize(3);

        assertThat(train(TrainingSession.resume(plan, backend, 1, diary.last()), () -> false, diary))
                .isEqualTo(Trainer.End.GOAL_REACHED);
        assertThat(diary.events).hasSize(3);
    }

    @Test
    void aTrainingThatIsMadeLongerGoesOnBehindItsGoal() {
        Diary diary = new Diary();
        train(TrainingSession.start(plan("stop-at-return=1"), backend, 1), () -> false, diary);

        TrainingPlan longer = plan("stop-at-return=1", "steps=256");
        assertThat(train(TrainingSession.resume(longer, backend, 1, diary.last()), () -> false, diary))
                .isEqualTo(Trainer.End.GOAL_REACHED);
        assertThat(diary.events).hasSize(6).element(4).asString().startsWith("128 steps");
    }

    @Test
    void theStateIsKeptAtBothEndsAndAtIntervals() {
        Diary ends = new Diary();
        train(TrainingSession.start(plan(), backend, 1), () -> false, ends);
        Diary often = new Diary();
        train(TrainingSession.start(plan("checkpoint-interval=64"), backend, 1), () -> false, often);

        assertThat(steps(ends)).containsExactly(0L, 192L);
        assertThat(steps(often)).containsExactly(0L, 64L, 128L, 192L);
    }

    private static ObjectNode state(Diary diary) {
        ObjectNode state = diary.last().state().deepCopy();
        state.remove("time");
        return state;
    }

    private static List<Long> steps(Diary diary) {
        return diary.kept.stream()
                .map(checkpoint -> checkpoint.wholeNumber("steps"))
                .toList();
    }
}
