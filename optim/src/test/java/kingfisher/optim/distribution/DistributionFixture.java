package kingfisher.optim.distribution;

import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.assertj.core.data.Offset;

/** A family under test: what its subclass must know about it, a batch of ordinary parameters, and calls for one row. */
abstract class DistributionFixture {
    static final long SEED = 20261123;
    static final int ROWS = 9;

    final Distribution distribution = create();
    final int width = distribution.parameterSize();
    final int actionWidth = distribution.actionSize();
    final UniformRandomProvider random = generator();
    final double[] parameters = parameters(ROWS, random);
    final double[] others = parameters(ROWS, random);

    abstract Distribution create();

    /** Draws ordinary parameters for some rows. */
    abstract double[] parameters(int rows, UniformRandomProvider random);

    /** Returns actions over which {@code measure(row) · Σ p(action) f(action)} is the expectation of f. */
    abstract List<double[]> outcomes(double[] row);

    abstract double measure(double[] row);

    /** Computes the probability or density of an outcome by the family's textbook formula. */
    abstract double probability(double[] row, double[] action);

    /** Computes what describes a distribution by the family's textbook formula. */
    abstract double[] description(double[] row);

    static UniformRandomProvider generator() {
        return RandomSource.XO_RO_SHI_RO_128_PP.create(SEED);
    }

    /** The bytes that one call of {@code sample} may allocate. */
    int samplerBytes() {
        return 0;
    }

    final double[] row(double[] array, int b) {
        return Arrays.copyOfRange(array, b * width, (b + 1) * width);
    }

    final double[] repeated(double[] row, int times) {
        double[] all = new double[times * row.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = row[i % row.length];
        }
        return all;
    }

    final double[] drawn(int rows, double[] from) {
        double[] actions = new double[rows * actionWidth];
        distribution.sample(rows, from, random, actions);
        return actions;
    }

    final double logProbability(double[] row, double... action) {
        double[] result = new double[1];
        distribution.logProbability(1, row, action, result);
        return result[0];
    }

    final double entropy(double[] row) {
        double[] result = new double[1];
        distribution.entropy(1, row, result);
        return result[0];
    }

    static Offset<Double> tolerance(double relative, double expected) {
        return within(relative * Math.max(1, Math.abs(expected)));
    }
}
