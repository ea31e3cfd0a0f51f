package kingfisher.optim.kfac;

import static kingfisher.optim.kfac.SupervisedTask.plus;
import static kingfisher.optim.kfac.SupervisedTask.times;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows with weights, and statistics and products from other rows than the gradient's. */
final class BatchesTest {

    private static final long SEED = 20261205;
    private static final double[] WEIGHTS = {1, 2, 0, 3, 1};
    private static final int[] REPEATED = {0, 1, 1, 3, 3, 3, 4};

    private final Backend backend = DoubleBackend.create();

    private static SupervisedTask task(Backend backend, boolean classification, int batch) {
        return classification
                ? SupervisedTask.classification(backend, Activation.TANH, batch, SEED, 4, 5, 3)
                : SupervisedTask.regression(backend, Activation.TANH, batch, SEED, 4, 5, 3);
    }

    static Stream<KfacSettings> settings() {
        KfacSettings base = KfacSettings.defaults()
                .withCurvature(KroneckerSettings.defaults()
                        .withEstimator(FisherEstimator.EXACT)
                        .withPeriods(1, 1, 0))
                .withAdaptiveDamping(0.1, DampingAdaptation.everyStep())
                .withWeightDecay(0.01);
        return Stream.of(
                base,
                base.withRule(new StepRule.ExactRate(), Optional.empty()),
                base.withRule(
                        new StepRule.Fixed(0.5, 0.5),
                        Optional.of(new NormConstraint(0.05, NormConstraint.Measure.EXACT))));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void weightedRowsAreRepeatedRows(KfacSettings settings) {
        for (boolean classification : new boolean[] {true, false}) {
            SupervisedTask weighted = task(backend, classification, WEIGHTS.length);
            weighted.objective.rowWeights().set(WEIGHTS);
            double[] start = weighted.parameters();
            List<StepReport> reports = new ArrayList<>();
            double[] end;
            try (Kfac kfac = weighted.kfac(settings)) {
                kfac.curvature().rowWeights().set(WEIGHTS);
                kfac.quadraticModel().rowWeights().set(WEIGHTS);
                for (int i = 0; i < 4; i++) {
                    reports.add(kfac.step(weighted.objective));
                }
                end = weighted.parameters();
            }
            weighted.rowWeights = WEIGHTS;
            assertThat(reports.get(0).loss()).isCloseTo(penalized(weighted, start), within(1e-12));

            weighted.setParameters(start);
            assertRepeated(weighted, settings, reports, end);
        }
    }

    private static double penalized(SupervisedTask task, double[] w) {
        return task.loss(w) + 0.005 * Dense.dot(w, w);
    }

    /** The same with each row as often as its weight says. */
    private void assertRepeated(
            SupervisedTask weighted, KfacSettings settings, List<StepReport> reports, double[] end) {
        int targetSize = weighted.targets.length / WEIGHTS.length;
        NetworkModel model = weighted.fixture.unused(REPEATED.length);
        Matrix input = backend.allocate(REPEATED.length, 4);
        double[] targets = new double[REPEATED.length * targetSize];
        for (int b = 0; b < REPEATED.length; b++) {
            backend.upload(weighted.fixture.inputs[REPEATED[b]], input.rowRange(b, 1));
            System.arraycopy(weighted.targets, REPEATED[b] * targetSize, targets, b * targetSize, targetSize);
        }
        SupervisedObjective objective = new SupervisedObjective(model, weighted.metrics);
        objective.setBatch(input, List.of(targets));
        try (Kfac kfac = Kfac.of(settings, model, weighted.metrics, SEED, new Workers(1))) {
            for (StepReport expected : reports) {
                StepReport report = kfac.step(objective);
                String what = "step %d, %s, %s".formatted(report.step(), settings.rule(), weighted.description);
                assertThat(report.loss()).as(what).isCloseTo(expected.loss(), within(1e-11));
                assertThat(report.newLoss()).as(what).isCloseTo(expected.newLoss(), within(1e-11));
                assertThat(report.rate()).as(what).isCloseTo(expected.rate(), within(1e-9));
                assertThat(report.momentum()).as(what).isCloseTo(expected.momentum(), within(1e-9));
                assertThat(report.clip()).as(what).isCloseTo(expected.clip(), within(1e-9));
                assertThat(report.predictedChange()).as(what).isCloseTo(expected.predictedChange(), within(1e-11));
            }
        }
        assertThat(Dense.error(weighted.parameters(), end))
                .as(weighted.description)
                .isLessThan(1e-10);
    }

    @Test
    void statisticsAndProductsMayComeFromPartsOfTheBatch() {
        SupervisedTask task = task(backend, true, 12);
        double[] start = task.parameters();
        KfacSettings settings = settings().findFirst().orElseThrow().withConstantDamping(0.1);
        try (Kfac kfac = new Kfac(
                settings, task.model.firstRows(5), task.model.firstRows(3), task.metrics, SEED, new Workers(1))) {
            for (int i = 0; i < 4; i++) {
                kfac.step(task.objective);
            }
        }
        double[] end = task.parameters();
        task.setParameters(start);
        double[] expected = byHand(
                task, settings, task.fixture.model(0, 5), rows(task, 0, 5), task.fixture.model(0, 3), rows(task, 0, 3));
        assertThat(Dense.error(end, expected)).as(task.description).isLessThan(1e-11);
        task.setParameters(start);
        double[] whole =
                byHand(task, settings, task.fixture.model(0, 12), task.input, task.fixture.model(0, 12), task.input);
        assertThat(Dense.error(end, whole))
                .as("the parts differ from the whole")
                .isGreaterThan(1e-3);
    }

    @Test
    void statisticsAndProductsMayComeFromOtherBatches() {
        SupervisedTask task = task(backend, true, 12);
        double[] start = task.parameters();
        KfacSettings settings = settings().findFirst().orElseThrow().withConstantDamping(0.1);
        NetworkModel statistics = task.fixture.model(4, 5);
        NetworkModel products = task.fixture.model(2, 7);
        try (Kfac kfac = new Kfac(settings, statistics, products, task.metrics, SEED, new Workers(1))) {
            for (int i = 0; i < 4; i++) {
                statistics.forward(rows(task, 4, 5));
                products.forward(rows(task, 2, 7));
                kfac.step(task.objective);
            }
        }
        double[] end = task.parameters();
        task.setParameters(start);
        double[] expected = byHand(
                task, settings, task.fixture.model(4, 5), rows(task, 4, 5), task.fixture.model(2, 7), rows(task, 2, 7));
        assertThat(Dense.error(end, expected)).as(task.description).isLessThan(1e-11);
    }

    private static Matrix rows(SupervisedTask task, int first, int count) {
        return task.input.rowRange(first, count);
    }

    /** Four steps by (27) of models that have no rows but their own. */
    private static double[] byHand(
            SupervisedTask task,
            KfacSettings settings,
            NetworkModel statistics,
            Matrix statisticsInput,
            NetworkModel products,
            Matrix productsInput) {
        double[] velocity = new double[task.size()];
        ParameterVector direction = task.parameters.zerosLike();
        QuadraticModel quadratic = new QuadraticModel(products, task.metrics, settings.weightDecay());
        try (KroneckerCurvature curvature = task.curvature(statistics, settings.curvature())) {
            for (int i = 0; i < 4; i++) {
                statistics.forward(statisticsInput);
                products.forward(productsInput);
                double[] w = task.parameters();
                ParameterVector slope = task.fixture.vector(plus(task.gradient(w), settings.weightDecay(), w));
                curvature.advance(settings.damping(), List.of());
                curvature.precondition(slope, settings.damping() + settings.weightDecay(), direction);
                double[] q = times(-1, task.fixture.download(direction));
                quadratic.span(slope, task.fixture.vector(q), i == 0 ? null : task.fixture.vector(velocity));
                QuadraticModel.Coefficients x = quadratic.minimum(settings.damping());
                velocity = plus(times(x.first(), q), x.second(), velocity);
                task.setParameters(plus(w, 1, velocity));
            }
        }
        return task.parameters();
    }
}
