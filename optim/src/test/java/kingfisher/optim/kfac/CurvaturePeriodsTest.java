package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.kfac.CoveredParameters.Curvature;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** At which steps factors and decompositions change, what is reported about it, and which parameters are covered. */
final class CurvaturePeriodsTest {

    private static final long SEED = 20261201;

    private final Backend backend = new CpuBackend();
    private final Course course = Course.twoHeads(backend, SEED);

    @ParameterizedTest
    @CsvSource({"1, 1, 0", "1, 4, 0", "3, 4, 0", "2, 6, 3", "5, 5, 7", "3, 7, 2"})
    void factorsAndDecompositionsChangeWhenTheyAreDueAndOnlyThen(int covariances, int decompositions, int early) {
        KroneckerSettings settings = KroneckerSettings.defaults().withPeriods(covariances, decompositions, early);
        try (KroneckerCurvature curvature = course.curvature(settings)) {
            double[] factors = {};
            double[] result = {};
            int factorStep = 0;
            int decompositionStep = 0;
            for (int step = 0; step < 20; step++) {
                course.advance(curvature, step);
                String when = "step %d, seed %d".formatted(step, SEED);
                double[] newFactors = layerNumbers(curvature);
                double[] newResult = layerParts(curvature, course.preconditioned(curvature, 0.1));
                boolean covariancesDue = step < early || step % covariances == 0;
                boolean decompositionDue = step < early || step % decompositions == 0;
                assertThat(!Arrays.equals(newFactors, factors))
                        .as("factors, %s", when)
                        .isEqualTo(covariancesDue);
                assertThat(!Arrays.equals(newResult, result))
                        .as("result, %s", when)
                        .isEqualTo(decompositionDue);
                factors = newFactors;
                result = newResult;
                factorStep = covariancesDue ? step : factorStep;
                decompositionStep = decompositionDue ? step : decompositionStep;
                assertThat(curvature.status())
                        .as(when)
                        .isEqualTo(new CurvatureStatus(step + 1, step - factorStep, step - decompositionStep, 0, 0));
            }
        }
    }

    @Test
    void nothingIsOldBeforeTheFirstStep() {
        try (KroneckerCurvature curvature = course.curvature(KroneckerSettings.defaults())) {
            assertThat(curvature.status()).isEqualTo(new CurvatureStatus(0, 0, 0, 0, 0));
        }
    }

    @Test
    void everyParameterIsCoveredOnce() {
        try (KroneckerCurvature curvature = course.curvature(KroneckerSettings.defaults())) {
            List<CoveredParameters> coverage = curvature.coverage();
            assertThat(coverage)
                    .containsExactly(
                            new CoveredParameters("hidden.0", 0, 25, Curvature.KRONECKER),
                            new CoveredParameters("hidden.1", 25, 18, Curvature.KRONECKER),
                            new CoveredParameters("first", 43, 8, Curvature.KRONECKER),
                            new CoveredParameters("row", 51, 2, Curvature.EXACT_FISHER),
                            new CoveredParameters("second", 53, 4, Curvature.KRONECKER));
            assertThat(course.fixture.size()).isEqualTo(57);
        }
    }

    @Test
    void theKindOfEachBlockIsReported() {
        assertKinds(
                KroneckerSettings.defaults().withStructure(Structure.EIGENVALUE_CORRECTED, DampingForm.EXACT),
                Curvature.EIGENVALUE_CORRECTED,
                Curvature.EIGENVALUE_CORRECTED,
                Curvature.EIGENVALUE_CORRECTED);
        KroneckerSettings chains =
                KroneckerSettings.defaults().withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED);
        assertKinds(chains, Curvature.BLOCK_TRIDIAGONAL, Curvature.BLOCK_TRIDIAGONAL, Curvature.BLOCK_TRIDIAGONAL);
        for (KroneckerSettings settings : List.of(KroneckerSettings.defaults(), chains)) {
            Curvature narrow = settings.equals(chains) ? Curvature.BLOCK_TRIDIAGONAL : Curvature.KRONECKER;
            assertKinds(
                    settings.withWideLayers(new WideLayers(4, WideLayers.Form.DIAGONAL)),
                    Curvature.DIAGONAL,
                    Curvature.DIAGONAL,
                    narrow);
            assertKinds(
                    settings.withWideLayers(new WideLayers(4, WideLayers.Form.DIAGONAL_FACTOR)),
                    Curvature.DIAGONAL_FACTOR,
                    Curvature.DIAGONAL_FACTOR,
                    narrow);
        }
    }

    private void assertKinds(KroneckerSettings settings, Curvature first, Curvature second, Curvature heads) {
        try (KroneckerCurvature curvature = course.curvature(settings)) {
            assertThat(curvature.coverage())
                    .as("%s", settings)
                    .extracting(CoveredParameters::curvature)
                    .containsExactly(first, second, heads, Curvature.EXACT_FISHER, heads);
        }
    }

    @Test
    void parametersOutsideTheModelAreLeftAlone() {
        ParameterLayout.Builder layout = ParameterLayout.builder().add("before", 2, 3);
        DenseLayer layer = new DenseLayer("net", 4, 3, Activation.IDENTITY);
        layer.declare(layout);
        layout.add("between", 2, 2);
        DenseLayer output = new DenseLayer("output", 3, 2, Activation.IDENTITY);
        output.declare(layout);
        layout.add("behind", 1, 4);
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        backend.upload(course.fixture.uniform(37), parameters.values());
        NetworkModel model = NetworkModel.of(3, new Mlp(List.of(layer, output), parameters));
        Matrix input = backend.allocate(3, 4);
        backend.upload(course.fixture.uniform(12), input);
        model.forward(input);
        try (KroneckerCurvature curvature = new KroneckerCurvature(
                model, List.of(new SquaredError(2).weighted(1)), KroneckerSettings.defaults(), SEED, new Workers(1))) {
            assertThat(curvature.coverage())
                    .containsExactly(
                            new CoveredParameters("before", 0, 6, Curvature.NONE),
                            new CoveredParameters("net", 6, 15, Curvature.KRONECKER),
                            new CoveredParameters("between", 21, 4, Curvature.NONE),
                            new CoveredParameters("output", 25, 8, Curvature.KRONECKER),
                            new CoveredParameters("behind", 33, 4, Curvature.NONE));
            curvature.advance(1, List.of());
            ParameterVector gradient = parameters.zerosLike();
            backend.fill(gradient.values(), 1);
            ParameterVector result = parameters.zerosLike();
            backend.fill(result.values(), Double.NaN);
            curvature.precondition(gradient, 1, result);
            double[] numbers = new double[37];
            backend.download(result.values(), numbers);
            for (int i = 0; i < numbers.length; i++) {
                if (i < 6 || (i >= 21 && i < 25) || i >= 33) {
                    assertThat(numbers[i]).as("element %d", i).isZero();
                } else {
                    assertThat(numbers[i])
                            .as("element %d, seed %d", i, SEED)
                            .isFinite()
                            .isNotZero();
                }
            }
        }
    }

    private static double[] layerNumbers(KroneckerCurvature curvature) {
        return curvature.blocks().stream()
                .filter(CurvaturePeriodsTest::isLayer)
                .flatMap(block -> Course.matrices(block).stream())
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    /** A row block's matrix is the same for every batch, so that only layers show a change. */
    private static double[] layerParts(KroneckerCurvature curvature, double[] vector) {
        return curvature.blocks().stream()
                .filter(CurvaturePeriodsTest::isLayer)
                .flatMapToDouble(block -> Arrays.stream(Course.part(block, vector)))
                .toArray();
    }

    private static boolean isLayer(CurvatureBlock block) {
        return block.covered().curvature() == Curvature.KRONECKER;
    }
}
