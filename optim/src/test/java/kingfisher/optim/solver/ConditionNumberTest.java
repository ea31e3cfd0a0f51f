package kingfisher.optim.solver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import kingfisher.optim.linear.LinearOperator;
import org.junit.jupiter.api.Test;

/**
 * Grosse, "Second-Order Optimization", section 4: to a given error conjugate gradients take of the order of √κ iterations,
 * gradient descent κ, with the condition number κ. The eigenvalues lie as densely at the ends of [1/κ, 1] as the worst case
 * of the bound has them, and the error begins with as much in each eigenvector. The slopes are a little less than ½ and 1, as
 * the share of the error in the slowest eigenvectors falls with κ.
 */
final class ConditionNumberTest {

    private static final int SIZE = 2000;
    private static final double[] CONDITION_NUMBERS = {100, 316, 1000, 3160, 10_000};

    /** Of the error's norm {@code √(eᵀCe)}. */
    private static final double REDUCTION = 1e-6;

    @Test
    void conjugateGradientsTakeTheRootOfWhatGradientDescentTakes() {
        double[] conjugate = new double[CONDITION_NUMBERS.length];
        double[] descent = new double[CONDITION_NUMBERS.length];
        for (int i = 0; i < CONDITION_NUMBERS.length; i++) {
            double[] eigenvalues = eigenvalues(CONDITION_NUMBERS[i]);
            conjugate[i] = conjugateGradients(eigenvalues);
            descent[i] = gradientDescent(eigenvalues, CONDITION_NUMBERS[i]);
        }
        String table = table(conjugate, descent);
        assertThat(slope(conjugate)).as(table).isBetween(0.47, 0.53);
        assertThat(slope(descent)).as(table).isBetween(0.97, 1.03);
        for (int i = 0; i < conjugate.length; i++) {
            double bound = 0.5 * Math.sqrt(CONDITION_NUMBERS[i]) * Math.log(2 / REDUCTION);
            assertThat(conjugate[i]).as(table).isLessThanOrEqualTo(Math.ceil(bound));
            assertThat(descent[i]).as(table).isGreaterThan(conjugate[i]);
        }
    }

    private static double[] eigenvalues(double conditionNumber) {
        double least = 1 / conditionNumber;
        double[] eigenvalues = new double[SIZE];
        Arrays.setAll(eigenvalues, i -> least + (1 - least) * 0.5 * (1 - Math.cos(Math.PI * i / (SIZE - 1))));
        return eigenvalues;
    }

    /** Iterations from 0 on {@code Cx = b} with {@code b = √c}, whose solution is {@code 1/√c} and whose φ is -n/2 there. */
    private static int conjugateGradients(double[] eigenvalues) {
        LinearOperator diagonal = new LinearOperator() {
            @Override
            public int size() {
                return SIZE;
            }

            @Override
            public void apply(double[] vector, double[] product) {
                Arrays.setAll(product, i -> eigenvalues[i] * vector[i]);
            }
        };
        double[] rightHandSide = Arrays.stream(eigenvalues).map(Math::sqrt).toArray();
        ConjugateGradient solver = new ConjugateGradient(SIZE, ConjugateGradientSettings.exact(5000, 1e-12));
        ConjugateGradientResult result = solver.solve(diagonal, rightHandSide, new double[SIZE]);
        double goal = -0.5 * SIZE * (1 - REDUCTION * REDUCTION);
        return IntStream.rangeClosed(0, result.iterations())
                .filter(i -> solver.modelValue(i) <= goal)
                .findFirst()
                .orElseThrow();
    }

    /** Iterations with the best constant rate, {@code 2 / (1 + 1/κ)}; the errors of eigenvectors shrink apart. */
    private static int gradientDescent(double[] eigenvalues, double conditionNumber) {
        double rate = 2 / (1 + 1 / conditionNumber);
        double[] errors = new double[SIZE]; // of √c · x, at first 1
        Arrays.fill(errors, 1);
        int iterations = 0;
        double square = SIZE;
        while (square > REDUCTION * REDUCTION * SIZE) {
            square = 0;
            for (int i = 0; i < SIZE; i++) {
                errors[i] *= 1 - rate * eigenvalues[i];
                square += errors[i] * errors[i];
            }
            iterations++;
        }
        return iterations;
    }

    /** Of a line through the logarithms, by least squares. */
    private static double slope(double[] iterations) {
        double[] x = Arrays.stream(CONDITION_NUMBERS).map(Math::log).toArray();
        double[] y = Arrays.stream(iterations).map(Math::log).toArray();
        double meanX = Arrays.stream(x).average().orElseThrow();
        double meanY = Arrays.stream(y).average().orElseThrow();
        double covariance = 0;
        double variance = 0;
        for (int i = 0; i < x.length; i++) {
            covariance += (x[i] - meanX) * (y[i] - meanY);
            variance += (x[i] - meanX) * (x[i] - meanX);
        }
        return covariance / variance;
    }

    private static String table(double[] conjugate, double[] descent) {
        StringBuilder table = new StringBuilder();
        for (int i = 0; i < conjugate.length; i++) {
            table.append(
                    "κ = %.0f: %.0f and %.0f iterations; ".formatted(CONDITION_NUMBERS[i], conjugate[i], descent[i]));
        }
        return table + String.format(Locale.ROOT, "slopes %.4f and %.4f", slope(conjugate), slope(descent));
    }
}
