package kingfisher.experiments.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import kingfisher.agents.train.Backends;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.cuda.CudaBackend;
import kingfisher.optim.kfac.DampingForm;
import kingfisher.optim.kfac.Kfac;
import kingfisher.optim.parallel.Workers;

/**
 * {@code bench cuda-step}: milliseconds of a step of gradient descent, of a step of K-FAC (a mean over a cycle of 20 with
 * factored damping and one decomposition) and of ten iterations of conjugate gradient, on the cuda backend against the cpu
 * backend with one thread a core.
 */
final class CudaStep implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "cuda-step";

    private static final String OURS = "cuda";
    private static final String PEER = "cpu backend";
    private static final int CYCLE = 20;
    private static final int SAMPLES = 3;
    private static final double SAMPLE_SECONDS = 0.3;
    private static final double WARM_UP_SECONDS = 1;
    private static final List<ProblemSize> SIZES =
            List.of(new ProblemSize(64, 2048), new ProblemSize(256, 8192), new ProblemSize(1024, 8192));

    private final List<ProblemSize> sizes;
    private final double scale;

    CudaStep() {
        this(SIZES, 1);
    }

    /**
     * Makes a benchmark of other size.
     *
     * @param scale factor on the seconds that samples take
     */
    CudaStep(List<ProblemSize> sizes, double scale) {
        this.sizes = List.copyOf(sizes);
        this.scale = scale;
    }

    private enum Work {
        GRADIENT_STEP,
        KFAC_STEP,
        TEN_ITERATIONS;

        /** How often {@link #on} does it. */
        int times() {
            return this == KFAC_STEP ? CYCLE : 1;
        }

        /** Returns the work on a problem of its own. */
        Runnable on(CurvatureProblem problem) {
            return switch (this) {
                case GRADIENT_STEP -> problem::gradientStep;
                case KFAC_STEP -> {
                    Kfac kfac = problem.kfac(DampingForm.FACTORED, 1, CYCLE);
                    yield () -> {
                        for (int i = 0; i < CYCLE; i++) {
                            problem.step(kfac);
                        }
                    };
                }
                case TEN_ITERATIONS -> problem::tenIterations;
            };
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    @Override
    public BenchmarkResult run(Consumer<String> progress) {
        try (CudaBackend cuda = Backends.cuda();
                Backend cpu = new CpuBackend();
                Workers all = new Workers(Runtime.getRuntime().availableProcessors());
                Workers one = new Workers(1)) {
            progress.accept("warming up");
            Sides sides = new Sides();
            for (ProblemSize size : sizes) {
                for (Work work : Work.values()) {
                    add(sides, size, work, OURS, problem(cuda, size, one));
                    add(sides, size, work, PEER, problem(cpu, size, all));
                }
            }
            for (int sample = 1; sample <= SAMPLES; sample++) {
                progress.accept("samples %d of %d".formatted(sample, SAMPLES));
                sides.sampleAll(
                        (side, value) -> progress.accept(String.format(Locale.ROOT, "%s: %.3f ms", side, value)));
            }
            List<BenchmarkCase> cases = new ArrayList<>();
            for (ProblemSize size : sizes) {
                for (Work work : Work.values()) {
                    cases.add(new BenchmarkCase(
                            size + ": " + work,
                            Unit.MILLISECONDS,
                            sides.samples(side(size, work, OURS)),
                            sides.samples(side(size, work, PEER))));
                }
            }
            Map<String, String> versions = Versions.of(all.count());
            versions.put("gpu", cuda.processor());
            return new BenchmarkResult(NAME, PEER, versions, cases);
        }
    }

    private static CurvatureProblem problem(Backend backend, ProblemSize size, Workers workers) {
        return new CurvatureProblem(backend, size.width(), size.batch(), workers);
    }

    private void add(Sides sides, ProblemSize size, Work work, String who, CurvatureProblem problem) {
        Runnable repeated = work.on(problem);
        RepeatedWork.milliseconds(repeated, scale * WARM_UP_SECONDS);
        sides.add(
                side(size, work, who),
                () -> RepeatedWork.milliseconds(repeated, scale * SAMPLE_SECONDS) / work.times());
    }

    private static String side(ProblemSize size, Work work, String who) {
        return size + ": " + work + ", " + who;
    }
}
