package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.CoveredParameters.Curvature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Averages and decompositions beside the steps against those of a synchronous curvature: a decomposition begun at a step is
 * the one that the synchronous curvature has at that step.
 */
final class BackgroundCurvatureTest {

    private static final long SEED = 20261202;
    private static final int STEPS = 24;
    private static final double DAMPING = 0.3;

    private final Backend backend = new CpuBackend();

    /** What a curvature has at each step: its layers' parts of a preconditioned gradient, and its factors. */
    private record History(List<double[]> layers, List<double[]> rows, List<double[]> factors) {

        History() {
            this(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        }

        void add(Course course, KroneckerCurvature curvature) {
            double[] result = course.preconditioned(curvature, DAMPING);
            layers.add(parts(curvature, result, Curvature.KRONECKER));
            rows.add(parts(curvature, result, Curvature.EXACT_FISHER));
            factors.add(Course.numbers(curvature));
        }

        private static double[] parts(KroneckerCurvature curvature, double[] vector, Curvature kind) {
            return curvature.blocks().stream()
                    .filter(block -> block.covered().curvature() == kind)
                    .flatMapToDouble(block -> Arrays.stream(Course.part(block, vector)))
                    .toArray();
        }
    }

    private static KroneckerSettings settings(FisherEstimator estimator, DampingForm form) {
        return KroneckerSettings.defaults()
                .withEstimator(estimator)
                .withDampingForm(form)
                .withPeriods(1, 4, 2);
    }

    /** Weighs the rows of every third step. */
    private static void weigh(KroneckerCurvature curvature, int step) {
        if (step % 3 == 2) {
            curvature.rowWeights().set(new double[] {1, 0.5, 0, 2, 0.25, step});
        } else {
            curvature.rowWeights().setUniform();
        }
    }

    /** Uses the model for something else at once, as further passes of a step do. */
    private static void spoil(Course course) {
        for (int h = 0; h < course.model.heads(); h++) {
            Arrays.fill(course.model.outputCotangents(h), Double.NaN);
        }
        course.model.pullBackToLayers();
        course.go(1000);
    }

    private History run(KroneckerSettings settings, BiConsumer<KroneckerCurvature, Integer> between) {
        Course course = Course.twoHeads(backend, SEED);
        History history = new History();
        try (KroneckerCurvature curvature = course.curvature(settings)) {
            for (int step = 0; step < STEPS; step++) {
                weigh(curvature, step);
                course.advance(curvature, step);
                spoil(course);
                between.accept(curvature, step);
                history.add(course, curvature);
            }
        }
        return history;
    }

    @ParameterizedTest
    @CsvSource({"SAMPLED, EXACT", "SAMPLED, FACTORED", "EXACT, EXACT", "EMPIRICAL, FACTORED"})
    void deterministicExecutionIsSynchronousExecutionDelayed(FisherEstimator estimator, DampingForm form) {
        History synchronous = run(settings(estimator, form), (curvature, step) -> {});
        for (int latency = 1; latency <= 4; latency++) {
            int delay = latency;
            History delayed = run(
                    settings(estimator, form).withExecution(Execution.DETERMINISTIC, latency),
                    (curvature, step) ->
                            assertThat(curvature.status().decompositionAge()).isEqualTo(step - begun(step, delay)));
            for (int step = 0; step < STEPS; step++) {
                String when = "step %d, latency %d, seed %d".formatted(step, latency, SEED);
                assertThat(delayed.layers().get(step))
                        .as(when)
                        .isEqualTo(synchronous.layers().get(begun(step, latency)));
                assertThat(delayed.rows().get(step))
                        .as(when)
                        .isEqualTo(synchronous.rows().get(step));
                assertThat(delayed.factors().get(step))
                        .as(when)
                        .isEqualTo(synchronous.factors().get(step));
            }
            assertThat(synchronous.layers().get(4))
                    .isNotEqualTo(synchronous.layers().get(1));
        }
    }

    /** At which step the decomposition was begun that counts at a step: early ones at once, later ones after a while. */
    private static int begun(int step, int latency) {
        return step < 2 ? step : Math.max(1, Math.floorDiv(step - latency, 4) * 4);
    }

    @ParameterizedTest
    @EnumSource
    void theClockDoesNotMatterToDeterministicExecution(FisherEstimator estimator) throws InterruptedException {
        KroneckerSettings settings = settings(estimator, DampingForm.EXACT).withExecution(Execution.DETERMINISTIC, 2);
        History quiet = run(settings, (curvature, step) -> {});
        AtomicBoolean ended = new AtomicBoolean();
        Thread burner = new Thread(() -> {
            double sum = 1;
            while (!ended.get()) {
                sum = Math.sin(sum) + 1;
            }
            assertThat(sum).isFinite();
        });
        burner.start();
        try {
            for (int repetition = 0; repetition < 20; repetition++) {
                int phase = repetition;
                History busy = run(settings, (curvature, step) -> pause((step * 7 + phase) % 5));
                for (int step = 0; step < STEPS; step++) {
                    String when = "step %d, repetition %d, seed %d".formatted(step, repetition, SEED);
                    assertThat(busy.layers().get(step))
                            .as(when)
                            .isEqualTo(quiet.layers().get(step));
                    assertThat(busy.factors().get(step))
                            .as(when)
                            .isEqualTo(quiet.factors().get(step));
                }
            }
        } finally {
            ended.set(true);
            burner.join();
        }
    }

    private static void pause(int tenthsOfAMillisecond) {
        if (tenthsOfAMillisecond > 0) {
            try {
                Thread.sleep(0, 100_000 * tenthsOfAMillisecond);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"SAMPLED, EXACT", "SAMPLED, FACTORED", "EXACT, EXACT", "EMPIRICAL, FACTORED"})
    void asynchronousExecutionUsesTheDecompositionThatItSays(FisherEstimator estimator, DampingForm form) {
        History synchronous = run(settings(estimator, form), (curvature, step) -> {});
        List<Long> ages = new ArrayList<>();
        History asynchronous =
                run(settings(estimator, form).withExecution(Execution.ASYNCHRONOUS, 1), (curvature, step) -> {
                    if (step % 6 == 5) {
                        curvature.state();
                    }
                    ages.add(curvature.status().decompositionAge());
                });
        for (int step = 0; step < STEPS; step++) {
            int begun = step - ages.get(step).intValue();
            String when = "step %d, decomposed at step %d, seed %d".formatted(step, begun, SEED);
            assertThat(begun < 2 || begun % 4 == 0).as(when).isTrue();
            assertThat(asynchronous.layers().get(step))
                    .as(when)
                    .isEqualTo(synchronous.layers().get(begun));
            assertThat(asynchronous.factors().get(step))
                    .as(when)
                    .isEqualTo(synchronous.factors().get(step));
        }
        // after a state has been taken, nothing is left to wait for
        assertThat(ages.get(5)).isEqualTo(1);
        assertThat(ages.get(11)).isEqualTo(3);
        assertThat(ages.get(17))
                .as("at step 16 the decomposition of step 12 may still have run")
                .isIn(1L, 5L);
        assertThat(ages.get(23)).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(names = {"ASYNCHRONOUS", "DETERMINISTIC"})
    void closingEndsTheThreads(Execution execution) {
        List<Thread> others = threads();
        Course course = Course.twoHeads(backend, SEED);
        List<Thread> mine;
        try (KroneckerCurvature curvature = course.curvature(
                settings(FisherEstimator.SAMPLED, DampingForm.EXACT).withExecution(execution, 1))) {
            course.advance(curvature, 0, 5);
            mine = threads();
            mine.removeAll(others);
            assertThat(mine).isNotEmpty().allMatch(Thread::isDaemon);
        }
        assertThat(mine).noneMatch(Thread::isAlive);
    }

    @Test
    void synchronousExecutionHasNoThread() {
        List<Thread> others = threads();
        Course course = Course.twoHeads(backend, SEED);
        try (KroneckerCurvature curvature = course.curvature(settings(FisherEstimator.SAMPLED, DampingForm.EXACT))) {
            course.advance(curvature, 0, 5);
            List<Thread> mine = threads();
            mine.removeAll(others);
            assertThat(mine).isEmpty();
        }
    }

    private static List<Thread> threads() {
        List<Thread> threads = new ArrayList<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("kingfisher-curvature")) {
                threads.add(thread);
            }
        }
        return threads;
    }
}
