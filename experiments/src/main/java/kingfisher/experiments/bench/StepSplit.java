package kingfisher.experiments.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.Kfac;
import kingfisher.optim.kfac.KfacSettings;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.kfac.StepCosts;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.kfac.StepRule;
import kingfisher.optim.parallel.Workers;

/**
 * What the parts of a step of K-FAC cost, by the clock, on a network of given sizes with noise for data: the costs do not
 * depend on what is learned.
 *
 * @param widths of the inputs, the hidden layers and the outputs; at least two
 * @param batch number of examples
 * @param threads of the cpu backend
 * @param factors how factors are kept; their periods do not count
 */
public record StepSplit(List<Integer> widths, int batch, int threads, KroneckerSettings factors) {

    private static final int WARM_UP = 5;
    private static final int LEAST_STEPS = 15;
    private static final double DAMPING = 0.1;
    private static final double LEARNING_RATE = 1e-3;

    /** Copies the widths. */
    public StepSplit {
        widths = List.copyOf(widths);
    }

    /**
     * Measures steps that each do everything, after some that warm up.
     *
     * @param seconds to measure for at least
     */
    public StepCosts measure(double seconds) {
        KfacSettings settings = KfacSettings.defaults()
                .withCurvature(factors.withPeriods(1, 1, 0))
                .withConstantDamping(DAMPING)
                .withRule(new StepRule.Fixed(LEARNING_RATE, 0), Optional.empty());
        try (Backend backend = new CpuBackend();
                Workers workers = new Workers(threads)) {
            RegressionProblem problem = new RegressionProblem(backend, widths, batch, workers);
            try (Kfac kfac = Kfac.of(settings, problem.model(), problem.metrics(), 1, workers)) {
                for (int step = 0; step < WARM_UP; step++) {
                    kfac.step(problem.objective());
                }
                List<StepReport> reports = new ArrayList<>();
                long begin = System.nanoTime();
                while (reports.size() < LEAST_STEPS || System.nanoTime() - begin < seconds * 1e9) {
                    reports.add(kfac.step(problem.objective()));
                }
                return StepCosts.of(reports);
            }
        }
    }

    @Override
    public String toString() {
        return "%s, batch %d, %s with %s damping, %d thread%s"
                .formatted(
                        widths.stream().map(String::valueOf).collect(Collectors.joining("-")),
                        batch,
                        name(factors.structure()),
                        name(factors.dampingForm()),
                        threads,
                        threads == 1 ? "" : "s");
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
