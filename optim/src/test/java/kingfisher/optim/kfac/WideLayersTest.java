package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.OutputMetric;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.kfac.WideLayers.Form;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of layers that are too wide, against the dense Fisher matrix and its factors. */
final class WideLayersTest {

    private static final long SEED = 20261213;
    private static final double[] WEIGHTS = {0.5, 2, 0, 1, 0.25, 3, 1};
    private static final int WIDTH = 4;
    private static final OutputMetric METRIC = new NegativeLogLikelihood(Categorical.of(3));

    private final Backend oracle = DoubleBackend.create();

    /** Layers that are wide in their inputs, on both sides, in their outputs, and not at all. */
    private static ModelFixture fixture(Backend backend) {
        return ModelFixture.network(backend, Activation.TANH, 7, SEED, 6, 3, 5, 5, 2, 3);
    }

    private static KroneckerSettings settings(Form form, DampingForm damping) {
        return KroneckerSettings.defaults()
                .withDampingForm(damping)
                .withWideLayers(new WideLayers(WIDTH, form))
                .withEstimator(FisherEstimator.EXACT)
                .withFactorDecay(0)
                .withPeriods(1, 4, 0);
    }

    private static KroneckerCurvature curvature(ModelFixture fixture, KroneckerSettings settings) {
        KroneckerCurvature curvature =
                new KroneckerCurvature(fixture.model(), List.of(METRIC.weighted(1)), settings, SEED, new Workers(1));
        curvature.rowWeights().set(WEIGHTS);
        return curvature;
    }

    @ParameterizedTest
    @EnumSource
    void theDiagonalIsThatOfTheFisherMatrix(Execution execution) {
        assertDiagonal(fixture(oracle), execution, 1e-12);
        assertDiagonal(fixture(new CpuBackend()), execution, 2e-6);
    }

    private static void assertDiagonal(ModelFixture fixture, Execution execution, double bound) {
        double[][] dense = Curvatures.pulledBack(fixture, WEIGHTS, Curvatures::softmax);
        try (KroneckerCurvature curvature =
                curvature(fixture, settings(Form.DIAGONAL, DampingForm.EXACT).withExecution(execution, 1))) {
            curvature.advance(1, List.of());
            for (CurvatureBlock block : curvature.blocks().subList(0, 4)) {
                CoveredParameters part = block.covered();
                assertThat(part.curvature()).isEqualTo(CoveredParameters.Curvature.DIAGONAL);
                double[] diagonal = new double[part.size()];
                for (int i = 0; i < part.size(); i++) {
                    diagonal[i] = dense[part.offset() + i][part.offset() + i];
                }
                Dense.assertClose(
                        "%s, %s".formatted(part, fixture.description),
                        block.curvature().toDense(),
                        Dense.diagonal(diagonal),
                        bound);
                assertSolves(fixture, curvature, block, block.curvature().toDense(), 0.01, Math.max(bound, 1e-12));
            }
            assertThat(curvature.blocks().get(4).covered().curvature())
                    .isEqualTo(CoveredParameters.Curvature.KRONECKER);
        }
    }

    /** The λ of the step counts, not that of the decomposition. */
    private static void assertSolves(
            ModelFixture fixture,
            KroneckerCurvature curvature,
            CurvatureBlock block,
            double[] matrix,
            double damping,
            double bound) {
        double[] g = fixture.uniform(fixture.size());
        var result = fixture.vector(g);
        curvature.precondition(fixture.vector(g), damping, result);
        Dense.assertClose(
                "%s, λ = %s, %s".formatted(block.covered(), damping, fixture.description),
                Course.part(block, fixture.download(result)),
                Dense.solve(
                        Dense.add(
                                matrix,
                                Dense.scale(
                                        damping, Dense.identity(block.covered().size()))),
                        Course.part(block, g)),
                bound);
    }

    /** A and S of a layer, with zeros beside the diagonal of what is wide. */
    private static List<double[]> factors(ModelFixture fixture, CoveredParameters layer) {
        List<double[]> whole = DenseFactors.of(fixture, layer, WEIGHTS, (b, z) -> Curvatures.softmax(z));
        int m = (int) Math.sqrt(whole.get(0).length);
        int n = (int) Math.sqrt(whole.get(1).length);
        return List.of(
                m - 1 > WIDTH ? diagonalOf(m, whole.get(0)) : whole.get(0),
                n > WIDTH ? diagonalOf(n, whole.get(1)) : whole.get(1));
    }

    private static double[] diagonalOf(int size, double[] matrix) {
        double[] diagonal = new double[size];
        for (int i = 0; i < size; i++) {
            diagonal[i] = matrix[i * (size + 1)];
        }
        return Dense.diagonal(diagonal);
    }

    private static double[] kronecker(List<double[]> factors) {
        return Dense.kronecker(
                (int) Math.sqrt(factors.get(0).length),
                factors.get(0),
                (int) Math.sqrt(factors.get(1).length),
                factors.get(1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-6, 0.01, 10})
    void aWideFactorIsItsDiagonalUnderExactDamping(double damping) {
        ModelFixture fixture = fixture(oracle);
        try (KroneckerCurvature curvature = curvature(fixture, settings(Form.DIAGONAL_FACTOR, DampingForm.EXACT))) {
            curvature.advance(1, List.of());
            for (CurvatureBlock block : curvature.blocks()) {
                double[] expected = kronecker(factors(fixture, block.covered()));
                Dense.assertClose(
                        "%s, %s".formatted(block.covered(), fixture.description),
                        block.curvature().toDense(),
                        expected,
                        1e-12);
                assertSolves(fixture, curvature, block, expected, damping, Math.max(1e-12, 1e-14 / damping));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-6, 0.01, 10})
    void aWideFactorIsItsDiagonalUnderFactoredDamping(double damping) {
        ModelFixture fixture = fixture(oracle);
        try (KroneckerCurvature curvature = curvature(fixture, settings(Form.DIAGONAL_FACTOR, DampingForm.FACTORED))) {
            curvature.advance(damping, List.of());
            double[] g = fixture.uniform(fixture.size());
            var result = fixture.vector(g);
            curvature.precondition(fixture.vector(g), 1, result);
            for (CurvatureBlock block : curvature.blocks()) {
                List<double[]> factors = factors(fixture, block.covered());
                double[] a = factors.get(0);
                double[] s = factors.get(1);
                int m = (int) Math.sqrt(a.length);
                int n = (int) Math.sqrt(s.length);
                double pi = Math.sqrt(trace(m, a) / m / (trace(n, s) / n));
                double[] damped = kronecker(List.of(
                        Dense.add(a, Dense.scale(pi * Math.sqrt(damping), Dense.identity(m))),
                        Dense.add(s, Dense.scale(Math.sqrt(damping) / pi, Dense.identity(n)))));
                Dense.assertClose(
                        "%s, λ = %s, %s".formatted(block.covered(), damping, fixture.description),
                        Course.part(block, fixture.download(result)),
                        Dense.solve(damped, Course.part(block, g)),
                        1e-11);
            }
        }
    }

    private static double trace(int n, double[] matrix) {
        double trace = 0;
        for (int i = 0; i < n; i++) {
            trace += matrix[i * (n + 1)];
        }
        return trace;
    }

    /** In the standard basis on the wide side, and in that of the eigenvectors on the other one. */
    @Test
    void eigenvaluesAreCorrectedThereToo() {
        ModelFixture fixture = fixture(oracle);
        KroneckerSettings settings = settings(Form.DIAGONAL_FACTOR, DampingForm.EXACT)
                .withStructure(Structure.EIGENVALUE_CORRECTED, DampingForm.EXACT);
        double[][] dense = Curvatures.pulledBack(fixture, WEIGHTS, Curvatures::softmax);
        try (KroneckerCurvature curvature = curvature(fixture, settings)) {
            curvature.advance(1, List.of());
            curvature.advance(1, List.of());
            CurvatureBlock both = curvature.blocks().get(2); // 5 inputs and outputs: the standard basis on both sides
            CoveredParameters part = both.covered();
            double[] diagonal = new double[part.size()];
            for (int i = 0; i < part.size(); i++) {
                diagonal[i] = dense[part.offset() + i][part.offset() + i];
            }
            Dense.assertClose(fixture.description, both.curvature().toDense(), Dense.diagonal(diagonal), 1e-12);
            for (CurvatureBlock block : curvature.blocks()) {
                double[] exact =
                        new double[block.covered().size() * block.covered().size()];
                for (int i = 0; i < block.covered().size(); i++) {
                    System.arraycopy(
                            dense[block.covered().offset() + i],
                            block.covered().offset(),
                            exact,
                            i * block.covered().size(),
                            block.covered().size());
                }
                assertThat(Dense.error(block.curvature().toDense(), exact))
                        .as("%s, %s", block.covered(), fixture.description)
                        .isLessThanOrEqualTo(Dense.error(kronecker(factors(fixture, block.covered())), exact));
                assertSolves(fixture, curvature, block, block.curvature().toDense(), 0.01, 1e-11);
            }
        }
    }

    static Stream<KroneckerSettings> forms() {
        return Stream.of(
                settings(Form.DIAGONAL, DampingForm.EXACT),
                settings(Form.DIAGONAL_FACTOR, DampingForm.EXACT),
                settings(Form.DIAGONAL_FACTOR, DampingForm.FACTORED));
    }

    /** No array of a wide layer has more numbers than the layer has weights, or its narrow side squared. */
    @ParameterizedTest
    @MethodSource("forms")
    void nothingIsQuadraticInTheWideSide(KroneckerSettings settings) {
        ModelFixture fixture = ModelFixture.network(new CpuBackend(), Activation.TANH, 7, SEED, 300, 3, 3);
        try (KroneckerCurvature curvature = curvature(fixture, settings)) {
            curvature.advance(1, List.of());
            curvature
                    .state()
                    .forEach((name, numbers) ->
                            assertThat(numbers.length).as(name).isLessThanOrEqualTo(301 * 3));
        }
    }
}
