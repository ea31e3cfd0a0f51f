package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.Curvatures;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.kfac.CoveredParameters.Curvature;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.oracle.DoubleBackend;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The block-tridiagonal inverse, written out, against dense matrices from each example's Jacobian. */
final class TridiagonalTest {

    private static final long SEED = 20261211;
    private static final int ROWS = 9;
    private static final double ERROR = 1e-9;

    private final Backend oracle = DoubleBackend.create();
    private final ModelFixture fixture = ModelFixture.network(oracle, Activation.TANH, ROWS, SEED, 4, 3, 5, 2, 3);
    private final double[] weights = {0.5, 2, 0, 1, 0.25, 3, 1, 1, 1};

    private static KroneckerSettings settings(Structure structure) {
        return KroneckerSettings.defaults()
                .withStructure(structure, DampingForm.FACTORED)
                .withEstimator(FisherEstimator.EXACT)
                .withFactorDecay(0)
                .withPeriods(1, 1, 0);
    }

    private static KroneckerCurvature curvature(ModelFixture of, KroneckerSettings settings) {
        return new KroneckerCurvature(
                of.model(), List.of(new SquaredError(3).weighted(1)), settings, SEED, new Workers(1));
    }

    private static double[] inverse(ModelFixture of, KroneckerCurvature curvature) {
        int size = of.size();
        double[] matrix = new double[size * size];
        for (int j = 0; j < size; j++) {
            double[] unit = new double[size];
            unit[j] = 1;
            var result = of.vector(of.uniform(size));
            curvature.precondition(of.vector(unit), 1, result); // λ is that of the decomposition
            double[] column = of.download(result);
            for (int i = 0; i < size; i++) {
                matrix[i * size + j] = column[i];
            }
        }
        return matrix;
    }

    /** What the blocks mean: factors, and those between layers, by plain loops over examples. */
    private static final class Blocks {

        private final List<CoveredParameters> layers;
        private final List<List<double[]>> own = new ArrayList<>();
        private final List<List<double[]>> lags = new ArrayList<>();
        private final double damping;

        Blocks(ModelFixture of, List<CoveredParameters> layers, double[] weights, double damping) {
            this.layers = layers;
            this.damping = damping;
            BiFunction<Integer, double[], double[][]> metric = (b, z) -> Curvatures.identity(z);
            for (int l = 0; l < layers.size(); l++) {
                own.add(DenseFactors.of(of, layers.get(l), weights, metric));
                if (l + 1 < layers.size()) {
                    lags.add(DenseFactors.between(of, layers.get(l), layers.get(l + 1), weights, metric));
                }
            }
        }

        /** {@code (A + π√λ I) ⊗ (S + √λ/π I)}. */
        double[] diagonal(int l) {
            double[] a = own.get(l).get(0);
            double[] s = own.get(l).get(1);
            int m = (int) Math.sqrt(a.length);
            int n = (int) Math.sqrt(s.length);
            double pi = Math.sqrt(trace(m, a) / m / (trace(n, s) / n));
            return Dense.kronecker(
                    m,
                    Dense.add(a, Dense.scale(pi * Math.sqrt(damping), Dense.identity(m))),
                    n,
                    Dense.add(s, Dense.scale(Math.sqrt(damping) / pi, Dense.identity(n))));
        }

        private static double trace(int n, double[] matrix) {
            double trace = 0;
            for (int i = 0; i < n; i++) {
                trace += matrix[i * (n + 1)];
            }
            return trace;
        }

        /** {@code H ⊗ T} of a layer and the next one. */
        double[] above(int l) {
            int m = (int) Math.sqrt(own.get(l).get(0).length);
            int n = (int) Math.sqrt(own.get(l).get(1).length);
            int nextM = (int) Math.sqrt(own.get(l + 1).get(0).length);
            int nextN = (int) Math.sqrt(own.get(l + 1).get(1).length);
            return Dense.kronecker(
                    m, nextM, lags.get(l).get(0), n, nextN, lags.get(l).get(1));
        }

        /**
         * The covariance of a chain of Gaussian vectors, each of which depends on the next one only: beside the diagonal
         * {@code F_ij = F_i,i+1 F_i+1,i+1⁻¹ F_i+1,j}.
         */
        double[] chain(int size) {
            double[] whole = new double[size * size];
            for (int j = 0; j < layers.size(); j++) {
                double[] block = diagonal(j);
                put(size, whole, j, j, block);
                for (int i = j - 1; i >= 0; i--) {
                    int rows = layers.get(i).size();
                    int inner = layers.get(i + 1).size();
                    double[] psi = Dense.multiply(rows, inner, inner, above(i), Dense.inverse(inner, diagonal(i + 1)));
                    block = Dense.multiply(rows, inner, layers.get(j).size(), psi, block);
                    put(size, whole, i, j, block);
                    put(size, whole, j, i, Dense.transpose(rows, layers.get(j).size(), block));
                }
            }
            return whole;
        }

        private void put(int size, double[] whole, int i, int j, double[] block) {
            int columns = layers.get(j).size();
            for (int k = 0; k < block.length; k++) {
                whole[
                        (layers.get(i).offset() + k / columns) * size
                                + layers.get(j).offset()
                                + k % columns] = block[k];
            }
        }

        double[] block(int size, double[] whole, int i, int j) {
            int columns = layers.get(j).size();
            double[] block = new double[layers.get(i).size() * columns];
            for (int k = 0; k < block.length; k++) {
                block[k] = whole[
                        (layers.get(i).offset() + k / columns) * size
                                + layers.get(j).offset()
                                + k % columns];
            }
            return block;
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 0.1, 10})
    void itIsTheInverseOfAChainWithTheFactorsOfEachPairOfLayers(double damping) {
        try (KroneckerCurvature curvature = curvature(fixture, settings(Structure.BLOCK_TRIDIAGONAL))) {
            curvature.rowWeights().set(weights);
            curvature.advance(damping, List.of());
            int size = fixture.size();
            Blocks blocks = new Blocks(fixture, curvature.coverage(), weights, damping);
            double[] inverse = inverse(fixture, curvature);
            String what = "λ = %s, %s".formatted(damping, fixture.description);
            Dense.assertClose(what, inverse, Dense.inverse(size, blocks.chain(size)), ERROR);
            double[] matrix = Dense.inverse(size, inverse);
            for (int i = 0; i < 4; i++) {
                Dense.assertClose(what, blocks.block(size, matrix, i, i), blocks.diagonal(i), ERROR);
            }
            for (int i = 0; i < 3; i++) {
                Dense.assertClose(what, blocks.block(size, matrix, i, i + 1), blocks.above(i), ERROR);
                assertThat(Dense.norm(blocks.above(i))).as("there is something").isGreaterThan(1e-4);
            }
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < 4; j++) {
                    double[] block = blocks.block(size, inverse, i, j);
                    if (Math.abs(i - j) > 1) {
                        assertThat(block)
                                .as("zeros, block %d, %d, %s", i, j, what)
                                .containsOnly(0);
                        assertThat(Dense.norm(blocks.block(size, matrix, i, j)))
                                .as("but not in the matrix itself")
                                .isGreaterThan(1e-6);
                    }
                }
            }
            assertThat(SymmetricMatrices.eigen(size, inverse).orElseThrow().values()[0])
                    .as(what)
                    .isPositive();
            Dense.assertClose("symmetry, " + what, Dense.transpose(size, size, inverse), inverse, 1e-12);
            double[] g = fixture.uniform(size);
            var result = fixture.vector(g);
            curvature.precondition(fixture.vector(g), damping, result);
            Dense.assertClose(what, fixture.download(result), Dense.solve(blocks.chain(size), g), ERROR);
        }
    }

    @Test
    void eachBlocksPartIsTheSameByItself() {
        try (KroneckerCurvature curvature = curvature(fixture, settings(Structure.BLOCK_TRIDIAGONAL))) {
            curvature.advance(0.1, List.of());
            var gradient = fixture.vector(fixture.uniform(fixture.size()));
            var together = fixture.parameters.zerosLike();
            curvature.precondition(gradient, 0.1, together);
            for (CurvatureBlock block : curvature.blocks()) {
                var alone = fixture.parameters.zerosLike();
                block.precondition(gradient, 0.1, alone);
                assertThat(Course.part(block, fixture.download(alone)))
                        .as("%s, %s", block.covered(), fixture.description)
                        .isEqualTo(Course.part(block, fixture.download(together)));
            }
        }
    }

    @Test
    void singlePrecisionDiffersByRounding() {
        ModelFixture single = ModelFixture.network(new CpuBackend(), Activation.TANH, ROWS, SEED, 4, 3, 5, 2, 3);
        try (KroneckerCurvature inDouble = curvature(fixture, settings(Structure.BLOCK_TRIDIAGONAL));
                KroneckerCurvature inFloat = curvature(single, settings(Structure.BLOCK_TRIDIAGONAL))) {
            for (double damping : new double[] {1e-3, 0.1, 10}) {
                inDouble.advance(damping, List.of());
                inFloat.advance(damping, List.of());
                Dense.assertClose(
                        "λ = %s, %s".formatted(damping, single.description),
                        inverse(single, inFloat),
                        inverse(fixture, inDouble),
                        1e-6 + 1e-6 / damping);
            }
        }
    }

    /** In single precision λ is far below the rounding of the factors; what is left of a layer has a floor. */
    @Test
    void nextToNoDampingLeavesItPositiveDefinite() {
        ModelFixture single = ModelFixture.network(new CpuBackend(), Activation.IDENTITY, ROWS, SEED, 4, 3, 5, 2, 3);
        try (KroneckerCurvature curvature = curvature(single, settings(Structure.BLOCK_TRIDIAGONAL))) {
            curvature.advance(1e-10, List.of());
            for (int draw = 0; draw < 20; draw++) {
                double[] g = single.uniform(single.size());
                var result = single.parameters.zerosLike();
                curvature.precondition(single.vector(g), 1e-10, result);
                assertThat(Dense.dot(g, single.download(result)))
                        .as("draw %d, %s", draw, single.description)
                        .isPositive()
                        .isFinite();
            }
        }
    }

    @Test
    void withoutProductsBetweenLayersItIsBlockDiagonal() {
        KroneckerSettings periods = settings(Structure.BLOCK_TRIDIAGONAL).withPeriods(2, 3, 0);
        try (KroneckerCurvature chain = curvature(fixture, periods);
                KroneckerCurvature blocks =
                        curvature(fixture, settings(Structure.BLOCK_DIAGONAL).withPeriods(2, 3, 0))) {
            for (int step = 0; step < 3; step++) {
                chain.advance(0.1, List.of());
                blocks.advance(0.1, List.of());
            }
            Map<String, double[]> state = chain.state();
            double[] before = inverse(fixture, chain);
            assertThat(Dense.error(before, inverse(fixture, blocks))).isGreaterThan(1e-3);
            state.forEach((name, numbers) -> {
                if (name.endsWith(" cotangent-lag")) {
                    Arrays.fill(numbers, 0);
                }
            });
            chain.restore(state);
            chain.advance(0.1, List.of()); // the fourth step decomposes what there is
            blocks.advance(0.1, List.of());
            Dense.assertClose(fixture.description, inverse(fixture, chain), inverse(fixture, blocks), 1e-12);
        }
    }

    /** Averages of all factors move together, so that they stay moments of one distribution. */
    @ParameterizedTest
    @EnumSource(names = {"SYNCHRONOUS", "DETERMINISTIC"})
    void averagesOverStepsKeepItPositiveDefinite(Execution execution) {
        Course course = Course.network(oracle, SEED, 1);
        KroneckerSettings settings = KroneckerSettings.defaults()
                .withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED)
                .withPeriods(1, 2, 2)
                .withExecution(execution, 1);
        try (KroneckerCurvature curvature = course.curvature(settings)) {
            for (int step = 0; step < 12; step++) {
                course.go(step);
                curvature.advance(1e-4, course.targets);
                double[] inverse = inverse(course.fixture, curvature);
                assertThat(SymmetricMatrices.eigen(course.fixture.size(), inverse)
                                .orElseThrow()
                                .values()[0])
                        .as("step %d, seed %d", step, SEED)
                        .isPositive();
                assertThat(curvature.status().failedDecompositions()).isZero();
            }
        }
    }

    /** A trunk ends where heads begin, if there are several. */
    @Test
    void headsOfATrunkAreChainsOfTheirOwn() {
        Course course = Course.twoHeads(oracle, SEED);
        assertThat(course.model.chainLengths()).containsExactly(2, 1, 1);
        assertThat(fixture.model().chainLengths()).containsExactly(4);
        KroneckerSettings settings = settings(Structure.BLOCK_TRIDIAGONAL);
        try (KroneckerCurvature curvature = course.curvature(settings)) {
            course.go(0);
            curvature.advance(0.1, course.targets);
            double[] inverse = inverse(course.fixture, curvature);
            int size = course.fixture.size();
            List<CoveredParameters> layers = curvature.coverage().stream()
                    .filter(part -> part.curvature() == Curvature.BLOCK_TRIDIAGONAL)
                    .toList();
            assertThat(layers)
                    .extracting(CoveredParameters::name)
                    .containsExactly("hidden.0", "hidden.1", "first", "second");
            for (CoveredParameters row : layers) {
                for (CoveredParameters column : layers) {
                    boolean trunk =
                            row.name().startsWith("hidden") && column.name().startsWith("hidden");
                    assertThat(inverse[row.offset() * size + column.offset()] != 0)
                            .as("%s, %s, seed %d", row, column, SEED)
                            .isEqualTo(row.equals(column) || trunk);
                }
            }
        }
    }

    /** A layer that is too wide for its factors is no part of a chain, and cuts it in two. */
    @Test
    void wideLayersCutChains() {
        KroneckerSettings settings =
                settings(Structure.BLOCK_TRIDIAGONAL).withWideLayers(new WideLayers(4, WideLayers.Form.DIAGONAL));
        try (KroneckerCurvature curvature = curvature(fixture, settings)) {
            assertThat(curvature.coverage())
                    .extracting(CoveredParameters::curvature)
                    .containsExactly(
                            Curvature.BLOCK_TRIDIAGONAL,
                            Curvature.DIAGONAL,
                            Curvature.DIAGONAL,
                            Curvature.BLOCK_TRIDIAGONAL);
            curvature.advance(0.1, List.of());
            double[] inverse = inverse(fixture, curvature);
            int size = fixture.size();
            Blocks blocks = new Blocks(fixture, curvature.coverage(), Curvatures.ones(ROWS), 0.1);
            for (int i = 0; i < 4; i++) {
                for (int j = 0; j < i; j++) {
                    assertThat(blocks.block(size, inverse, i, j)).containsOnly(0);
                }
            }
            for (int i : new int[] {0, 3}) {
                Dense.assertClose(
                        fixture.description,
                        blocks.block(size, inverse, i, i),
                        Dense.inverse(curvature.coverage().get(i).size(), blocks.diagonal(i)),
                        1e-10);
            }
        }
    }
}
