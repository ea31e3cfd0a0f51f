package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import kingfisher.experiments.suite.Statistics;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.DampingForm;
import kingfisher.optim.kfac.Kfac;
import kingfisher.optim.parallel.Workers;
import org.jspecify.annotations.Nullable;

/**
 * {@code bench kfac-step}: steps of K-FAC on the cpu backend, in milliseconds, as means over whole cycles of 20 steps with
 * one decomposition each: against kfac-jax, and against our own step of gradient descent.
 */
final class KfacStep implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "kfac-step";

    private static final int CYCLE = 20;
    private static final int SAMPLES = 9;
    private static final double SAMPLE_SECONDS = 0.3;
    private static final double WARM_UP_SECONDS = 1.5;

    private final PeerPython python;
    private final List<ProblemSize> sizes;
    private final SortedSet<Integer> threads;
    private final double scale;

    /** Makes the benchmark with one thread, and with one a core. */
    KfacStep(PeerPython python) {
        this(
                python,
                ProblemSize.ALL,
                new TreeSet<>(List.of(1, Runtime.getRuntime().availableProcessors())),
                1);
    }

    /**
     * Makes a benchmark of other size.
     *
     * @param threads numbers of our threads
     * @param scale factor on the seconds that samples take
     */
    KfacStep(PeerPython python, List<ProblemSize> sizes, SortedSet<Integer> threads, double scale) {
        this.python = python;
        this.sizes = List.copyOf(sizes);
        this.threads = threads;
        this.scale = scale;
    }

    /** What is measured, with the peer's name for it where it has the same. */
    private enum Work {
        GRADIENT_STEP("gradient descent", KfacJax.GRADIENT_STEP),
        FACTORED("K-FAC, factored damping", KfacJax.FACTORED_STEP),
        EIGEN("K-FAC, exact damping", KfacJax.EIGEN_STEP),
        FACTORED_EVERY_10("K-FAC, factored damping, covariances every 10", null),
        EIGEN_EVERY_10("K-FAC, exact damping, covariances every 10", null);

        private final String text;
        private final Optional<String> ofPeer;

        Work(String text, @Nullable String ofPeer) {
            this.text = text;
            this.ofPeer = Optional.ofNullable(ofPeer);
        }

        String side(ProblemSize size, String who) {
            return size + ": " + text + ", " + who;
        }

        /** Returns a whole cycle of steps of a problem of its own. */
        Runnable cycle(CurvatureProblem problem) {
            return switch (this) {
                case GRADIENT_STEP -> repeated(problem::gradientStep);
                case FACTORED -> steps(problem, DampingForm.FACTORED, 1);
                case EIGEN -> steps(problem, DampingForm.EXACT, 1);
                case FACTORED_EVERY_10 -> steps(problem, DampingForm.FACTORED, 10);
                case EIGEN_EVERY_10 -> steps(problem, DampingForm.EXACT, 10);
            };
        }

        private static Runnable steps(CurvatureProblem problem, DampingForm form, int covariancePeriod) {
            Kfac kfac = problem.kfac(form, covariancePeriod, CYCLE);
            return repeated(() -> problem.step(kfac));
        }

        private static Runnable repeated(Runnable step) {
            return () -> {
                for (int i = 0; i < CYCLE; i++) {
                    step.run();
                }
            };
        }
    }

    @Override
    public BenchmarkResult run(Consumer<String> progress) {
        List<Workers> ours = threads.stream().map(Workers::new).toList();
        try (KfacJax peer = new KfacJax(python);
                Backend backend = new CpuBackend()) {
            progress.accept("warming up");
            Sides sides = new Sides();
            List<JsonNode> answers = new ArrayList<>();
            for (ProblemSize size : sizes) {
                for (Work work : Work.values()) {
                    work.ofPeer.ifPresent(name -> {
                        answers.add(peer.warmUp(name, size.width(), size.batch()));
                        sides.add(
                                work.side(size, KfacJax.NAME),
                                () -> peer.milliseconds(name, size.width(), size.batch(), scale * SAMPLE_SECONDS));
                    });
                    ours.forEach(workers -> addOurs(sides, work, size, backend, workers));
                }
            }
            for (int sample = 1; sample <= SAMPLES; sample++) {
                progress.accept("samples %d of %d".formatted(sample, SAMPLES));
                sides.sampleAll((side, milliseconds) -> {});
            }
            JsonNode first = answers.get(0);
            List<BenchmarkCase> cases = new ArrayList<>();
            for (ProblemSize size : sizes) {
                addCases(cases, sides, size, first.required("threads").asInt());
                progress.accept(summary(sides, size));
            }
            return new BenchmarkResult(NAME, KfacJax.NAME, Versions.of(threads.last(), first), cases);
        } finally {
            ours.forEach(Workers::close);
        }
    }

    private void addOurs(Sides sides, Work work, ProblemSize size, Backend backend, Workers workers) {
        Runnable cycle = work.cycle(new CurvatureProblem(backend, size.width(), size.batch(), workers));
        RepeatedWork.milliseconds(cycle, scale * WARM_UP_SECONDS);
        sides.add(
                work.side(size, ours(workers.count())),
                () -> RepeatedWork.milliseconds(cycle, scale * SAMPLE_SECONDS) / CYCLE);
    }

    private static String ours(int count) {
        return "threads: " + count;
    }

    private void addCases(List<BenchmarkCase> cases, Sides sides, ProblemSize size, int peerThreads) {
        for (int count : threads) {
            List<Double> gradient = sides.samples(Work.GRADIENT_STEP.side(size, ours(count)));
            for (Work work : Work.values()) {
                String name = work.side(size, ours(count));
                List<Double> samples = sides.samples(name);
                work.ofPeer.ifPresent(theirs -> cases.add(new BenchmarkCase(
                        name + " against " + peerThreads + " of the peer",
                        Unit.MILLISECONDS,
                        samples,
                        sides.samples(work.side(size, KfacJax.NAME)))));
                if (work != Work.GRADIENT_STEP) {
                    cases.add(new BenchmarkCase(
                            name + ", against our gradient descent",
                            Unit.MILLISECONDS,
                            samples,
                            gradient,
                            Optional.of("our gradient descent")));
                }
            }
        }
    }

    private String summary(Sides sides, ProblemSize size) {
        String who = ours(threads.last());
        double gradient = median(sides, Work.GRADIENT_STEP.side(size, who));
        return String.format(
                Locale.ROOT,
                "%s: a step costs %.2f gradient steps with factored, %.2f with exact damping; %.2f and %.2f with"
                        + " covariances every 10",
                size,
                median(sides, Work.FACTORED.side(size, who)) / gradient,
                median(sides, Work.EIGEN.side(size, who)) / gradient,
                median(sides, Work.FACTORED_EVERY_10.side(size, who)) / gradient,
                median(sides, Work.EIGEN_EVERY_10.side(size, who)) / gradient);
    }

    private static double median(Sides sides, String side) {
        return Statistics.of(sides.samples(side)).median();
    }
}
