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
import kingfisher.optim.parallel.Workers;

/**
 * {@code bench curvature-products}: gradients, Gauss-Newton products and ten iterations of conjugate gradients on the cpu
 * backend, in milliseconds: against kfac-jax, against our own gradient, and against their matrix products alone.
 */
final class CurvatureProducts implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "curvature-products";

    private static final String BARE = "its matrix products alone";
    private static final int SAMPLES = 7;
    private static final double SAMPLE_SECONDS = 0.2;
    private static final double WARM_UP_SECONDS = 1;

    private final PeerPython python;
    private final List<ProblemSize> settings;
    private final SortedSet<Integer> threads;
    private final double scale;

    /** Makes the benchmark with one thread, and with one a core. */
    CurvatureProducts(PeerPython python) {
        this(
                python,
                ProblemSize.ALL,
                new TreeSet<>(List.of(1, Runtime.getRuntime().availableProcessors())),
                1);
    }

    /**
     * Makes a benchmark of other size.
     *
     * @param threads 1, and other numbers of our threads
     * @param scale factor on the seconds that samples take
     */
    CurvatureProducts(PeerPython python, List<ProblemSize> settings, SortedSet<Integer> threads, double scale) {
        this.python = python;
        this.settings = List.copyOf(settings);
        this.threads = threads;
        this.scale = scale;
    }

    /** What is measured, with the peer's name for it. */
    private enum Work {
        GRADIENT("gradient", KfacJax.GRADIENT),
        PRODUCT("Gauss-Newton product", KfacJax.PRODUCT),
        TEN_ITERATIONS("ten iterations of conjugate gradients", KfacJax.TEN_ITERATIONS);

        private final String text;
        private final String ofPeer;

        Work(String text, String ofPeer) {
            this.text = text;
            this.ofPeer = ofPeer;
        }

        String side(ProblemSize setting, String who) {
            return setting + ": " + text + ", " + who;
        }

        Runnable of(CurvatureProblem problem) {
            return switch (this) {
                case GRADIENT -> problem::gradient;
                case PRODUCT -> problem::product;
                case TEN_ITERATIONS -> problem::tenIterations;
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
            for (ProblemSize setting : settings) {
                for (Work work : Work.values()) {
                    answers.add(peer.warmUp(work.ofPeer, setting.width(), setting.batch()));
                    sides.add(
                            work.side(setting, KfacJax.NAME),
                            () -> peer.milliseconds(
                                    work.ofPeer, setting.width(), setting.batch(), scale * SAMPLE_SECONDS));
                }
                ours.forEach(workers -> addOurs(sides, setting, backend, workers));
                addBare(sides, setting, backend);
            }
            for (int sample = 1; sample <= SAMPLES; sample++) {
                progress.accept("samples %d of %d".formatted(sample, SAMPLES));
                sides.sampleAll((side, milliseconds) -> {});
            }
            JsonNode first = answers.get(0);
            List<BenchmarkCase> cases = new ArrayList<>();
            for (ProblemSize setting : settings) {
                addCases(cases, sides, setting, first.required("threads").asInt());
                progress.accept(summary(sides, setting));
            }
            return new BenchmarkResult(NAME, KfacJax.NAME, Versions.of(threads.last(), first), cases);
        } finally {
            ours.forEach(Workers::close);
        }
    }

    private void addOurs(Sides sides, ProblemSize setting, Backend backend, Workers workers) {
        CurvatureProblem problem = new CurvatureProblem(backend, setting.width(), setting.batch(), workers);
        for (Work work : Work.values()) {
            add(sides, work.side(setting, ours(workers.count())), work.of(problem));
        }
    }

    private void addBare(Sides sides, ProblemSize setting, Backend backend) {
        MatrixProducts products = new MatrixProducts(backend);
        try (Workers one = new Workers(1)) {
            CurvatureProblem problem = new CurvatureProblem(products.recorder(), setting.width(), setting.batch(), one);
            for (Work work : List.of(Work.GRADIENT, Work.PRODUCT)) {
                add(sides, work.side(setting, BARE), products.of(work.of(problem)));
            }
        }
    }

    private void add(Sides sides, String side, Runnable work) {
        RepeatedWork.milliseconds(work, scale * WARM_UP_SECONDS);
        sides.add(side, () -> RepeatedWork.milliseconds(work, scale * SAMPLE_SECONDS));
    }

    private static String ours(int count) {
        return "threads: " + count;
    }

    private void addCases(List<BenchmarkCase> cases, Sides sides, ProblemSize setting, int peerThreads) {
        for (int count : threads) {
            String who = ours(count);
            List<Double> gradient = sides.samples(Work.GRADIENT.side(setting, who));
            for (Work work : Work.values()) {
                List<Double> ours = sides.samples(work.side(setting, who));
                List<Double> peers = sides.samples(work.side(setting, KfacJax.NAME));
                String name = work.side(setting, who);
                cases.add(new BenchmarkCase(
                        name + " against " + peerThreads + " of the peer", Unit.MILLISECONDS, ours, peers));
                if (work != Work.GRADIENT) {
                    cases.add(ownCase(name, ours, gradient, "our gradient"));
                }
                if (work != Work.TEN_ITERATIONS && count == 1) {
                    cases.add(ownCase(name, ours, sides.samples(work.side(setting, BARE)), BARE));
                }
            }
        }
    }

    private static BenchmarkCase ownCase(String name, List<Double> ours, List<Double> peer, String peerName) {
        return new BenchmarkCase(name + ", against " + peerName, Unit.MILLISECONDS, ours, peer, Optional.of(peerName));
    }

    private String summary(Sides sides, ProblemSize setting) {
        String who = ours(threads.first());
        double gradient = median(sides, Work.GRADIENT.side(setting, who));
        return String.format(
                Locale.ROOT,
                "%s: a product costs %.2f gradients, ten iterations cost %.1f",
                setting,
                median(sides, Work.PRODUCT.side(setting, who)) / gradient,
                median(sides, Work.TEN_ITERATIONS.side(setting, who)) / gradient);
    }

    private static double median(Sides sides, String side) {
        return Statistics.of(sides.samples(side)).median();
    }
}
