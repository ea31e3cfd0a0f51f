package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.linear.FactoredDamping;
import kingfisher.optim.oracle.DoubleBackend;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with a layer's inverse that are cut for several threads: the parts' rows together solve the damped system. */
final class ProductPartsTest {

    private static final long SEED = 20261126;
    private static final double DAMPING = 0.3;

    private final Backend oracle = DoubleBackend.create();
    private final UniformRandomProvider random = Dense.random(SEED);

    /** A [M × M], S [N × N] and V [M × N]. */
    private final class Case {

        final int rows;
        final int columns;
        final double[] a;
        final double[] s;
        final double[] gradient;

        Case(int rows, int columns) {
            this.rows = rows;
            this.columns = columns;
            this.a = Dense.covariance(rows, 2 * rows, random);
            this.s = Dense.covariance(columns, 2 * columns, random);
            this.gradient = Dense.uniform(rows * columns, random);
        }

        /** Returns what the parts leave, the last one first, in two results: a part keeps its view of the last one. */
        double[][] products(LayerPreconditioner preconditioner, int parts) {
            preconditioner.load(preconditioner
                    .decompose(new double[][] {a, s}, DAMPING, LayerStatistics.arrays(preconditioner.lengths()))
                    .orElseThrow());
            assertThat(preconditioner.parts()).isEqualTo(oracle.isParallel() ? 1 : parts);
            Matrix operand = oracle.allocate(rows, columns);
            oracle.upload(gradient, operand);
            double[][] products = new double[2][rows * columns];
            for (double[] product : products) {
                Matrix result = oracle.allocate(rows, columns);
                oracle.fill(result, Double.NaN);
                for (int part = preconditioner.parts() - 1; part >= 0; part--) {
                    preconditioner.applyPart(part, operand, DAMPING, result);
                }
                for (int part = preconditioner.parts() - 1; preconditioner.hasSecondRound() && part >= 0; part--) {
                    preconditioner.finishPart(part, result);
                }
                oracle.download(result, product);
            }
            return products;
        }

        double[] timesBoth(double[] left, double[] vector, double[] right) {
            return Dense.multiply(rows, columns, columns, Dense.multiply(rows, rows, columns, left, vector), right);
        }
    }

    @ParameterizedTest
    @CsvSource({"255,7,1", "257,7,2", "300,31,2", "513,5,4"})
    void factoredDampingIsSolved(int rows, int columns, int parts) {
        Case of = new Case(rows, columns);
        FactoredDamping split = FactoredDamping.split(DAMPING, rows, trace(rows, of.a), columns, trace(columns, of.s));
        double[] left = damped(rows, of.a, split.left());
        double[] right = damped(columns, of.s, split.right());
        for (double[] product : of.products(new InversePreconditioner(oracle, rows, columns, false, false), parts)) {
            Dense.assertClose("seed " + SEED, of.timesBoth(left, product, right), of.gradient, 1e-11);
        }
    }

    /** With new eigenvalues that are those of A ⊗ S, the corrected ones are solved as well. */
    @ParameterizedTest
    @CsvSource({"255,7,1", "257,7,2", "300,31,2", "513,5,4"})
    void exactDampingIsSolvedInTwoRounds(int rows, int columns, int parts) {
        Case of = new Case(rows, columns);
        for (LayerPreconditioner preconditioner : new LayerPreconditioner[] {
            new EigenPreconditioner(oracle, rows, columns, false, false),
            new CorrectedPreconditioner(oracle, rows, columns, false, false)
        }) {
            for (double[] product : of.products(preconditioner, parts)) {
                double[] again = Dense.add(of.timesBoth(of.a, product, of.s), Dense.scale(DAMPING, product));
                Dense.assertClose(
                        "%s, seed %d".formatted(preconditioner.getClass().getSimpleName(), SEED),
                        again,
                        of.gradient,
                        1e-11);
            }
        }
    }

    @Test
    void diagonalsAreNotCut() {
        for (boolean left : new boolean[] {true, false}) {
            for (LayerPreconditioner preconditioner : new LayerPreconditioner[] {
                new InversePreconditioner(oracle, 600, 7, left, !left),
                new EigenPreconditioner(oracle, 600, 7, left, !left),
                new CorrectedPreconditioner(oracle, 600, 7, left, !left)
            }) {
                assertThat(preconditioner.parts()).isEqualTo(1);
                assertThat(preconditioner.hasSecondRound()).isFalse();
            }
        }
    }

    private static double trace(int size, double[] matrix) {
        return IntStream.range(0, size).mapToDouble(i -> matrix[i * size + i]).sum();
    }

    private static double[] damped(int size, double[] factor, double damping) {
        return Dense.add(factor, Dense.scale(damping, Dense.identity(size)));
    }
}
