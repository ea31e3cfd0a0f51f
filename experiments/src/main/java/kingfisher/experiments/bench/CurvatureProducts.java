package kingfisher.experiments.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import kingfisher.experiments.suite.Statistics;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;

/**
 * {@code bench curvature-products}: gradients, Gauss-Newton products and ten iterations of conjugate gradients on the cpu
 * backend, in milliseconds: against kfac-jax, against our own gradient, and against their matrix products alone.
 */
final class CurvatureProducts implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "curvature-products";

    private static final List<Setting> SETTINGS =
            List.of(new Setting(64, 2048), new Setting(64, 8192), new Setting(256, 2048), new Setting(256, 8192));
    private static final int THREADS = 1;
    private static final int SAMPLES = 7;
    private static final double SAMPLE_SECONDS = 0.2;
    private static final double WARM_UP_SECONDS = 1;

    private final PeerPython python;
    private final List<Setting> settings;
    private final double scale;

    CurvatureProducts(PeerPython python) {
        this(python, SETTINGS, 1);
    }

    /**
     * Makes a benchmark of other size.
     *
     * @param scale factor on the seconds that samples take
     */
    CurvatureProducts(PeerPython python, List<Setting> settings, double scale) {
        this.python = python;
        this.settings = List.copyOf(settings);
        this.scale = scale;
    }

    /** The width of the hidden layers, and how many examples there are. */
    record Setting(int width, int batch) {

        @Override
        public String toString() {
            return "%d-%d-%d-%d, batch %d"
                    .formatted(CurvatureProblem.INPUTS, width, width, CurvatureProblem.OUTPUTS, batch);
        }
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

        String ours(Setting setting) {
            return setting + ": " + text;
        }

        String peers(Setting setting) {
            return setting + ": " + text + ", " + KfacJax.NAME;
        }

        String bare(Setting setting) {
            return setting + ": matrix products of a " + text;
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
        try (KfacJax peer = new KfacJax(python);
                Backend backend = new CpuBackend()) {
            progress.accept("warming up");
            Sides sides = new Sides();
            List<JsonNode> answers = new ArrayList<>();
            for (Setting setting : settings) {
                for (Work work : Work.values()) {
                    answers.add(peer.warmUp(work.ofPeer, setting.width, setting.batch));
                }
                addSides(sides, setting, peer, backend);
            }
            for (int sample = 1; sample <= SAMPLES; sample++) {
                progress.accept("samples %d of %d".formatted(sample, SAMPLES));
                sides.sampleAll((side, milliseconds) -> {});
            }
            JsonNode first = answers.get(0);
            List<BenchmarkCase> cases = new ArrayList<>();
            for (Setting setting : settings) {
                addCases(cases, sides, setting, first.required("threads").asInt());
                progress.accept(summary(sides, setting));
            }
            return new BenchmarkResult(NAME, KfacJax.NAME, Versions.of(THREADS, first), cases);
        }
    }

    private void addSides(Sides sides, Setting setting, KfacJax peer, Backend backend) {
        CurvatureProblem problem = new CurvatureProblem(backend, setting.width, setting.batch);
        MatrixProducts products = new MatrixProducts(backend);
        CurvatureProblem recorded = new CurvatureProblem(products.recorder(), setting.width, setting.batch);
        for (Work work : Work.values()) {
            addOurs(sides, work.ours(setting), work.of(problem));
            sides.add(
                    work.peers(setting),
                    () -> peer.milliseconds(work.ofPeer, setting.width, setting.batch, scale * SAMPLE_SECONDS));
            if (work != Work.TEN_ITERATIONS) {
                addOurs(sides, work.bare(setting), products.of(work.of(recorded)));
            }
        }
    }

    private void addOurs(Sides sides, String side, Runnable work) {
        RepeatedWork.milliseconds(work, scale * WARM_UP_SECONDS);
        sides.add(side, () -> RepeatedWork.milliseconds(work, scale * SAMPLE_SECONDS));
    }

    private static void addCases(List<BenchmarkCase> cases, Sides sides, Setting setting, int peerThreads) {
        List<Double> gradient = sides.samples(Work.GRADIENT.ours(setting));
        for (Work work : Work.values()) {
            String side = work.ours(setting);
            List<Double> ours = sides.samples(side);
            cases.add(new BenchmarkCase(
                    side + ", threads: ours %d, peer %d".formatted(THREADS, peerThreads),
                    Unit.MILLISECONDS,
                    ours,
                    sides.samples(work.peers(setting))));
            if (work != Work.GRADIENT) {
                cases.add(new BenchmarkCase(
                        side + " against our own gradient, threads: %d".formatted(THREADS),
                        Unit.MILLISECONDS,
                        ours,
                        gradient,
                        Optional.of("our gradient")));
            }
            if (work != Work.TEN_ITERATIONS) {
                cases.add(new BenchmarkCase(
                        side + " against its matrix products alone, threads: %d".formatted(THREADS),
                        Unit.MILLISECONDS,
                        ours,
                        sides.samples(work.bare(setting)),
                        Optional.of("bare BLAS")));
            }
        }
    }

    private static String summary(Sides sides, Setting setting) {
        double gradient = median(sides, Work.GRADIENT.ours(setting));
        return String.format(
                Locale.ROOT,
                "%s: a product costs %.2f gradients, ten iterations cost %.1f",
                setting,
                median(sides, Work.PRODUCT.ours(setting)) / gradient,
                median(sides, Work.TEN_ITERATIONS.ours(setting)) / gradient);
    }

    private static double median(Sides sides, String side) {
        return Statistics.of(sides.samples(side)).median();
    }
}
