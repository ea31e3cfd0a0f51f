package kingfisher.optim.kfac;

import static java.util.Objects.requireNonNull;
import static kingfisher.optim.kfac.SupervisedTask.form;
import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.solve;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.linear.FactoredDamping;
import kingfisher.optim.linear.FactoredInverse;
import kingfisher.optim.linear.KroneckerOperator;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;

/** η enters loss, gradient, preconditioner and quadratic model exactly. */
final class WeightDecayTest {

    private static final long SEED = 20261204;
    private static final double DAMPING = 0.2;
    private static final double DECAY = 0.7;

    private final Backend backend = DoubleBackend.create();
    private final SupervisedTask task = SupervisedTask.regression(backend, Activation.IDENTITY, 9, SEED, 5, 2);
    private final double[] w = task.parameters();
    private final double[] slope = plus(task.gradient(w), DECAY, w);
    private final KfacSettings settings = KfacSettings.defaults()
            .withCurvature(SupervisedTask.freshFactors())
            .withRule(new StepRule.Fixed(0.8, 0), Optional.empty())
            .withAdaptiveDamping(DAMPING, DampingAdaptation.everyStep())
            .withWeightDecay(DECAY);

    @Test
    void aStepIsThatOfThePenalizedObjective() {
        double[] q = times(-1, solve(task.fisher(w), DAMPING + DECAY, slope));
        try (Kfac kfac = task.kfac(settings)) {
            StepReport report = kfac.step(task.objective);
            double[] step = plus(task.parameters(), -1, w);
            assertThat(Dense.error(step, times(0.8, q))).as(task.description).isLessThan(1e-11);
            assertThat(report.loss()).isCloseTo(penalized(w), within(1e-12));
            assertThat(report.newLoss()).isCloseTo(penalized(task.parameters()), within(1e-12));
            assertThat(report.gradientNorm()).isCloseTo(Math.sqrt(Dense.dot(slope, slope)), within(1e-12));
            assertThat(report.predictedChange()).isCloseTo(predicted(step), within(1e-12));
            double ratio = (penalized(task.parameters()) - penalized(w)) / predicted(step);
            assertThat(requireNonNull(report.ratio()).value()).isCloseTo(ratio, within(1e-10));
        }
    }

    @Test
    void anExactRateMinimizesThePenalizedModel() {
        double[] q = times(-1, solve(task.fisher(w), DAMPING + DECAY, slope));
        double curvature = form(q, task.fisher(w), q) + (DAMPING + DECAY) * Dense.dot(q, q);
        try (Kfac kfac = task.kfac(settings.withRule(new StepRule.ExactRate(), Optional.empty()))) {
            StepReport report = kfac.step(task.objective);
            assertThat(report.rate()).isCloseTo(-Dense.dot(slope, q) / curvature, within(1e-11));
            assertThat(report.rate()).as("the preconditioner is exact").isCloseTo(1, within(1e-11));
        }
    }

    @Test
    void aFactoredInverseHasItAsDamping() {
        KroneckerSettings factored = SupervisedTask.freshFactors().withDampingForm(DampingForm.FACTORED);
        double[] expected = new double[w.length];
        try (Kfac kfac = task.kfac(settings.withCurvature(factored))) {
            kfac.step(task.objective);
            KroneckerOperator block =
                    (KroneckerOperator) kfac.curvature().blocks().get(0).curvature();
            FactoredInverse.of(block, FactoredDamping.split(DAMPING + DECAY, block))
                    .orElseThrow()
                    .apply(slope, expected);
        }
        assertThat(Dense.error(plus(task.parameters(), -1, w), times(-0.8, expected)))
                .as(task.description)
                .isLessThan(1e-11);
    }

    @Test
    void parametersThatTheModelDoesNotHaveStayAndDoNotPileUp() {
        DenseLayer layer = new DenseLayer("layer", 5, 2, Activation.IDENTITY);
        ParameterLayout.Builder layout = ParameterLayout.builder().add("elsewhere", 1, 3);
        layer.declare(layout);
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        backend.upload(plus(new double[15], 1, padded(w)), parameters.values());
        NetworkModel model = NetworkModel.of(9, new Mlp(List.of(layer), parameters));
        List<WeightedMetric> metrics = List.of(new SquaredError(2).weighted(1));
        SupervisedObjective objective = new SupervisedObjective(model, metrics);
        objective.setBatch(task.input, List.of(task.targets));
        double[] start = new double[15];
        double[] end = new double[15];
        backend.download(parameters.values(), start);
        try (Kfac kfac = Kfac.of(settings, model, metrics, SEED, new Workers(1));
                Kfac alone = task.kfac(settings)) {
            for (int i = 0; i < 3; i++) {
                double own = alone.step(task.objective).gradientNorm();
                double all = kfac.step(objective).gradientNorm();
                double elsewhere = DECAY * DECAY * (1 + 4 + 9);
                assertThat(all * all).as("step %d", i).isCloseTo(own * own + elsewhere, within(1e-10));
            }
        }
        backend.download(parameters.values(), end);
        for (int i = 0; i < 15; i++) {
            double expected = i < 3 ? start[i] : task.parameters()[i - 3];
            assertThat(end[i]).as("parameter %d", i).isCloseTo(expected, within(i < 3 ? 0 : 1e-12));
        }
    }

    private static double[] padded(double[] values) {
        double[] padded = new double[values.length + 3];
        for (int i = 0; i < 3; i++) {
            padded[i] = i + 1;
        }
        System.arraycopy(values, 0, padded, 3, values.length);
        return padded;
    }

    private double penalized(double[] at) {
        return task.loss(at) + 0.5 * DECAY * Dense.dot(at, at);
    }

    private double predicted(double[] step) {
        double curvature = form(step, task.fisher(w), step) + (DAMPING + DECAY) * Dense.dot(step, step);
        return Dense.dot(slope, step) + 0.5 * curvature;
    }
}
