package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Function;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.OutputMetric;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Eigenvalues that are measured in the basis of A ⊗ S, against the dense blocks of the Fisher matrix. */
final class CorrectedEigenvaluesTest {

    private static final long SEED = 20261212;
    private static final double[] WEIGHTS = {0.5, 2, 0, 1, 0.25, 3, 1};

    private final Backend oracle = DoubleBackend.create();

    /** The second step measures in the basis of the first; without decay both have the factors of the same batch. */
    private static KroneckerSettings settings(Structure structure) {
        return KroneckerSettings.defaults()
                .withStructure(structure, DampingForm.EXACT)
                .withEstimator(FisherEstimator.EXACT)
                .withFactorDecay(0)
                .withPeriods(1, 4, 0);
    }

    private static KroneckerCurvature curvature(ModelFixture fixture, OutputMetric metric, Structure structure) {
        return new KroneckerCurvature(
                fixture.model(), List.of(metric.weighted(1)), settings(structure), SEED, new Workers(1));
    }

    private static double[] block(double[][] dense, CoveredParameters of) {
        double[] block = new double[of.size() * of.size()];
        for (int i = 0; i < of.size(); i++) {
            System.arraycopy(dense[of.offset() + i], of.offset(), block, i * of.size(), of.size());
        }
        return block;
    }

    @ParameterizedTest
    @EnumSource(names = {"TANH", "RELU", "ELU", "SIGMOID"})
    void theyAreNearerToTheFisherMatrixThanKroneckerProducts(Activation activation) {
        ModelFixture fixture = ModelFixture.network(oracle, activation, 7, SEED, 5, 4, 3, 3);
        OutputMetric metric = new NegativeLogLikelihood(Categorical.of(3));
        double[][] dense = Curvatures.pulledBack(fixture, WEIGHTS, Curvatures::softmax);
        try (KroneckerCurvature plain = curvature(fixture, metric, Structure.BLOCK_DIAGONAL);
                KroneckerCurvature corrected = curvature(fixture, metric, Structure.EIGENVALUE_CORRECTED)) {
            for (KroneckerCurvature curvature : List.of(plain, corrected)) {
                curvature.rowWeights().set(WEIGHTS);
                curvature.advance(1, List.of());
                curvature.advance(1, List.of());
            }
            for (int l = 0; l < 3; l++) {
                CurvatureBlock block = corrected.blocks().get(l);
                double[] exact = block(dense, block.covered());
                double distance = Dense.error(block.curvature().toDense(), exact);
                double plainDistance =
                        Dense.error(plain.blocks().get(l).curvature().toDense(), exact);
                assertThat(distance)
                        .as("%s, %s", block.covered(), fixture.description)
                        .isLessThan(0.999 * plainDistance)
                        .isGreaterThan(1e-3);
                assertDiagonalInItsBasis(block, plain.blocks().get(l), exact, fixture.description);
            }
        }
    }

    /** {@code d = diag(QᵀFQ)}: no other eigenvalues in this basis are nearer to F. */
    private static void assertDiagonalInItsBasis(
            CurvatureBlock block, CurvatureBlock plain, double[] exact, String description) {
        List<double[]> factors = Course.matrices(plain);
        int m = (int) Math.sqrt(factors.get(0).length);
        int n = (int) Math.sqrt(factors.get(1).length);
        int size = m * n;
        double[] q = Dense.kronecker(
                m,
                SymmetricMatrices.eigen(m, factors.get(0)).orElseThrow().vectors(),
                n,
                SymmetricMatrices.eigen(n, factors.get(1)).orElseThrow().vectors());
        double[] transposed = Dense.transpose(size, size, q);
        double[] inBasis = Dense.multiply(size, size, size, Dense.multiply(size, size, size, transposed, exact), q);
        double[] diagonal = new double[size];
        for (int i = 0; i < size; i++) {
            diagonal[i] = inBasis[i * (size + 1)];
        }
        double[] expected = Dense.multiply(
                size, size, size, Dense.multiply(size, size, size, q, Dense.diagonal(diagonal)), transposed);
        Dense.assertClose(
                "%s, %s".formatted(block.covered(), description),
                block.curvature().toDense(),
                expected,
                1e-10);
    }

    @Test
    void theyAreThoseOfTheKroneckerProductWhereThatIsExact() {
        assertExact(
                ModelFixture.network(oracle, Activation.IDENTITY, 7, SEED, 5, 4, 3),
                new SquaredError(3),
                Curvatures::identity);
        assertExact(
                ModelFixture.network(oracle, Activation.TANH, 1, SEED, 5, 4, 3),
                new NegativeLogLikelihood(Categorical.of(3)),
                Curvatures::softmax);
    }

    private static void assertExact(ModelFixture fixture, OutputMetric metric, Function<double[], double[][]> output) {
        double[][] dense = Curvatures.pulledBack(fixture, Curvatures.ones(fixture.inputs.length), output);
        try (KroneckerCurvature curvature = curvature(fixture, metric, Structure.EIGENVALUE_CORRECTED)) {
            curvature.advance(1, List.of());
            curvature.advance(1, List.of());
            for (CurvatureBlock block : curvature.blocks()) {
                Dense.assertClose(
                        "%s, %s".formatted(block.covered(), fixture.description),
                        block.curvature().toDense(),
                        block(dense, block.covered()),
                        1e-12);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-8, 1e-3, 1, 1e4})
    void productsAreDenseSolvesWithTheDampingOfTheStep(double damping) {
        ModelFixture fixture = ModelFixture.network(oracle, Activation.TANH, 7, SEED, 5, 4, 3);
        try (KroneckerCurvature curvature =
                curvature(fixture, new NegativeLogLikelihood(Categorical.of(3)), Structure.EIGENVALUE_CORRECTED)) {
            curvature.advance(1, List.of());
            curvature.advance(1, List.of());
            double[] g = fixture.uniform(fixture.size());
            var result = fixture.vector(g);
            curvature.precondition(fixture.vector(g), damping, result);
            for (CurvatureBlock block : curvature.blocks()) {
                int size = block.covered().size();
                double[] matrix = Dense.add(block.curvature().toDense(), Dense.scale(damping, Dense.identity(size)));
                Dense.assertClose(
                        "%s, λ = %s, %s".formatted(block.covered(), damping, fixture.description),
                        Course.part(block, fixture.download(result)),
                        Dense.solve(matrix, Course.part(block, g)),
                        Math.max(1e-12, 1e-14 / damping));
            }
        }
    }

    @Test
    void atFirstTheyAreTheProductsOfTheFactorsEigenvalues() {
        ModelFixture fixture = ModelFixture.network(oracle, Activation.TANH, 7, SEED, 5, 4, 3);
        OutputMetric metric = new NegativeLogLikelihood(Categorical.of(3));
        try (KroneckerCurvature plain = curvature(fixture, metric, Structure.BLOCK_DIAGONAL);
                KroneckerCurvature corrected = curvature(fixture, metric, Structure.EIGENVALUE_CORRECTED)) {
            plain.advance(1, List.of());
            corrected.advance(1, List.of());
            for (int l = 0; l < 2; l++) {
                Dense.assertClose(
                        fixture.description,
                        corrected.blocks().get(l).curvature().toDense(),
                        plain.blocks().get(l).curvature().toDense(),
                        1e-12);
            }
        }
    }

    /** A new basis takes over the diagonal that the matrix so far has in it. */
    @Test
    void aNewBasisTakesThemOver() {
        Course course = Course.network(oracle, SEED, 1);
        KroneckerSettings settings = settings(Structure.EIGENVALUE_CORRECTED)
                .withFactorDecay(0.9)
                .withPeriods(2, 3, 0); // at step 3 there is a decomposition, and no new factors
        try (KroneckerCurvature curvature = course.curvature(settings);
                KroneckerCurvature plain =
                        course.curvature(settings.withStructure(Structure.BLOCK_DIAGONAL, DampingForm.EXACT))) {
            course.advance(curvature, 0, 3);
            course.advance(plain, 0, 4);
            List<double[]> before = curvature.blocks().stream()
                    .map(block -> block.curvature().toDense())
                    .toList();
            course.advance(curvature, 3);
            for (int l = 0; l < before.size(); l++) {
                CurvatureBlock block = curvature.blocks().get(l);
                assertThat(Dense.error(block.curvature().toDense(), before.get(l)))
                        .isGreaterThan(1e-6);
                assertDiagonalInItsBasis(block, plain.blocks().get(l), before.get(l), "seed " + SEED);
            }
        }
    }

    @Test
    void theyAreAveragedAsFactorsAre() {
        ModelFixture fixture = ModelFixture.network(oracle, Activation.TANH, 7, SEED, 5, 4, 3);
        OutputMetric metric = new NegativeLogLikelihood(Categorical.of(3));
        double[] first = {1, 1, 1, 1, 0, 0, 0};
        double[] second = {0, 0, 0, 0, 1, 1, 1};
        KroneckerSettings settings =
                settings(Structure.EIGENVALUE_CORRECTED).withFactorDecay(0.5).withPeriods(1, 100, 0);
        try (KroneckerCurvature curvature = new KroneckerCurvature(
                        fixture.model(), List.of(metric.weighted(1)), settings, SEED, new Workers(1));
                KroneckerCurvature alone = new KroneckerCurvature(
                        fixture.model(),
                        List.of(metric.weighted(1)),
                        settings.withFactorDecay(0),
                        SEED,
                        new Workers(1))) {
            curvature.rowWeights().set(first);
            alone.rowWeights().set(first);
            curvature.advance(1, List.of());
            alone.advance(1, List.of());
            double[] start = curvature.blocks().get(0).curvature().toDense();
            curvature.rowWeights().set(second);
            alone.rowWeights().set(second);
            curvature.advance(1, List.of());
            alone.advance(1, List.of());
            // with η = ½ the second of two batches counts twice as much as the first
            double[] expected = Dense.add(
                    Dense.scale(1.0 / 3, start),
                    Dense.scale(2.0 / 3, alone.blocks().get(0).curvature().toDense()));
            Dense.assertClose(
                    fixture.description, curvature.blocks().get(0).curvature().toDense(), expected, 1e-12);
        }
    }

    @Test
    void singlePrecisionDiffersByRounding() {
        ModelFixture inDouble = ModelFixture.network(oracle, Activation.TANH, 7, SEED, 5, 4, 3);
        ModelFixture inFloat = ModelFixture.network(new CpuBackend(), Activation.TANH, 7, SEED, 5, 4, 3);
        OutputMetric metric = new NegativeLogLikelihood(Categorical.of(3));
        try (KroneckerCurvature exact = curvature(inDouble, metric, Structure.EIGENVALUE_CORRECTED);
                KroneckerCurvature single = curvature(inFloat, metric, Structure.EIGENVALUE_CORRECTED)) {
            for (int step = 0; step < 2; step++) {
                exact.advance(1, List.of());
                single.advance(1, List.of());
            }
            for (int l = 0; l < 2; l++) {
                // vectors of eigenvalues that are 0 differ freely, and so does what they are given
                Dense.assertClose(
                        inFloat.description,
                        single.blocks().get(l).curvature().toDense(),
                        exact.blocks().get(l).curvature().toDense(),
                        1e-5);
            }
        }
    }
}
