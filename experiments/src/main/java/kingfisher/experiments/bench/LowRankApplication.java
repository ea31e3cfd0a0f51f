package kingfisher.experiments.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.Application;
import kingfisher.optim.kfac.DampingForm;
import kingfisher.optim.kfac.KroneckerCurvature;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;

/**
 * {@code bench low-rank}: milliseconds of one product with the factored inverse of a layer of n inputs and outputs, by the B
 * terms of its gradient ({@link Application#LOW_RANK}) against the gradient as a matrix; on the cpu backend, one thread.
 */
final class LowRankApplication implements Benchmark {
    /** The benchmark's name. */
    static final String NAME = "low-rank";

    private static final String PEER = "as a matrix";
    private static final double DAMPING = 1e-2;
    private static final int SAMPLES = 5;
    private static final double SAMPLE_SECONDS = 0.3;
    private static final double WARM_UP_SECONDS = 1;

    /** How many inputs and outputs a layer has, and how many examples there are. */
    record Size(int width, int batch) {

        static final List<Size> ALL = List.of(new Size(1024, 128), new Size(1024, 512), new Size(256, 64));

        @Override
        public String toString() {
            return "n = %d, B = %d".formatted(width, batch);
        }
    }

    private final List<Size> sizes;
    private final double scale;

    LowRankApplication() {
        this(Size.ALL, 1);
    }

    /**
     * Makes a benchmark of other size.
     *
     * @param scale factor on the seconds that samples take
     */
    LowRankApplication(List<Size> sizes, double scale) {
        this.sizes = List.copyOf(sizes);
        this.scale = scale;
    }

    @Override
    public BenchmarkResult run(Consumer<String> progress) {
        List<KroneckerCurvature> curvatures = new ArrayList<>();
        try (Workers one = new Workers(1);
                Backend backend = new CpuBackend()) {
            progress.accept("warming up");
            Sides sides = new Sides();
            for (Size size : sizes) {
                RegressionProblem problem =
                        new RegressionProblem(backend, List.of(size.width(), size.width()), size.batch(), one);
                ParameterVector gradient = problem.model().parameters().zerosLike();
                problem.objective().evaluate(gradient);
                for (Application application : List.of(Application.LOW_RANK, Application.DIRECT)) {
                    KroneckerCurvature curvature =
                            new KroneckerCurvature(problem.model(), problem.metrics(), settings(application), 1, one);
                    curvatures.add(curvature);
                    curvature.advance(DAMPING, List.of());
                    add(sides, side(size, application), product(problem, curvature, gradient));
                }
            }
            for (int sample = 1; sample <= SAMPLES; sample++) {
                progress.accept("samples %d of %d".formatted(sample, SAMPLES));
                sides.sampleAll((side, milliseconds) -> {});
            }
            List<BenchmarkCase> cases = sizes.stream()
                    .map(size -> new BenchmarkCase(
                            "product, " + size,
                            Unit.MILLISECONDS,
                            sides.samples(side(size, Application.LOW_RANK)),
                            sides.samples(side(size, Application.DIRECT))))
                    .toList();
            return new BenchmarkResult(NAME, PEER, Versions.of(one.count()), cases);
        } finally {
            curvatures.forEach(KroneckerCurvature::close);
        }
    }

    private static KroneckerSettings settings(Application application) {
        return KroneckerSettings.defaults()
                .withDampingForm(DampingForm.FACTORED)
                .withApplication(application);
    }

    private static Runnable product(RegressionProblem problem, KroneckerCurvature curvature, ParameterVector gradient) {
        ParameterVector result = gradient.zerosLike();
        return () -> curvature.precondition(
                gradient, problem.model(), problem.objective().gradientScale(), DAMPING, result);
    }

    private void add(Sides sides, String side, Runnable work) {
        RepeatedWork.milliseconds(work, scale * WARM_UP_SECONDS);
        sides.add(side, () -> RepeatedWork.milliseconds(work, scale * SAMPLE_SECONDS));
    }

    private static String side(Size size, Application application) {
        return size + ", " + application;
    }
}
