package kingfisher.optim.distribution;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * Independent normal variables, each parameterised by its mean μ and the logarithm ℓ of its standard deviation σ.
 *
 * <p>A row's parameters are all means, then all logarithms: {@code 2 × variables} numbers. An outcome is one real number
 * a variable. Where exp(±ℓ) leaves the range of a double, it stops at the largest one, so that a variable that sits on
 * its mean has a finite log-density.
 *
 * <p>Work goes variable by variable: most policies have the same σ for all rows, and what is made of it is then made once.
 */
public final class DiagonalGaussian implements Distribution {
    private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
    private static final double ROOT_TWO = Math.sqrt(2);

    private final int variables;

    private DiagonalGaussian(int variables) {
        this.variables = Lengths.atLeast(1, "variables", variables);
    }

    /** Returns the distribution over {@code variables} variables, at least 1. */
    public static DiagonalGaussian of(int variables) {
        return new DiagonalGaussian(variables);
    }

    @Override
    public int parameterSize() {
        return 2 * variables;
    }

    @Override
    public int actionSize() {
        return variables;
    }

    @Override
    public void describe(int rows, double[] parameters, double[] description) {
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("description", description, rows, 2 * variables);
        for (int row = 0; row < rows; row++) {
            int mean = 2 * row * variables;
            for (int end = mean + variables; mean < end; mean++) {
                description[mean] = parameters[mean];
                description[mean + variables] = power(parameters[mean + variables]);
            }
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Draws by the ziggurat method (McFarland 2016), which keeps no second normal number back; its sampler is the one
     * small object that is allocated.
     */
    @Override
    public void sample(int rows, double[] parameters, UniformRandomProvider random, double[] actions) {
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("actions", actions, rows, variables);
        ZigguratSampler.NormalizedGaussian normal = ZigguratSampler.NormalizedGaussian.of(random);
        int action = 0;
        for (int row = 0; row < rows; row++) {
            int mean = 2 * row * variables;
            for (int end = mean + variables; mean < end; mean++) {
                double drawn = parameters[mean] + Math.exp(parameters[mean + variables]) * normal.sample();
                if (!Double.isFinite(drawn)) {
                    throw new ArithmeticException(
                            "variable %d of row %d cannot be drawn: mean %s, log standard deviation %s"
                                    .formatted(
                                            mean - 2 * row * variables,
                                            row,
                                            parameters[mean],
                                            parameters[mean + variables]));
                }
                actions[action++] = drawn;
            }
        }
    }

    @Override
    public void mode(int rows, double[] parameters, double[] actions) {
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("actions", actions, rows, variables);
        int action = 0;
        for (int row = 0; row < rows; row++) {
            int mean = 2 * row * variables;
            for (int end = mean + variables; mean < end; mean++) {
                boolean defined = Double.isFinite(parameters[mean]) && Double.isFinite(parameters[mean + variables]);
                actions[action++] = defined ? parameters[mean] : Double.NaN;
            }
        }
    }

    /** {@code Σ -z²/2 - ℓ - log(2π)/2} with {@code z = (a - μ) / σ}. */
    @Override
    public void logProbability(int rows, double[] parameters, double[] actions, double[] logProbability) {
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("actions", actions, rows, variables);
        Lengths.require("logProbability", logProbability, rows, 1);
        Arrays.fill(logProbability, 0, rows, 0);
        for (int variable = 0; variable < variables; variable++) {
            double last = Double.NaN;
            double precision = Double.NaN;
            for (int row = 0; row < rows; row++) {
                int mean = 2 * row * variables + variable;
                double logDeviation = parameters[mean + variables];
                if (logDeviation != last) {
                    last = logDeviation;
                    precision = power(-logDeviation);
                }
                double z = (actions[row * variables + variable] - parameters[mean]) * precision;
                logProbability[row] -= 0.5 * z * z + logDeviation + HALF_LOG_TWO_PI;
            }
        }
    }

    /** {@code Σ ℓ + log(2πe)/2}. */
    @Override
    public void entropy(int rows, double[] parameters, double[] entropy) {
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("entropy", entropy, rows, 1);
        for (int row = 0; row < rows; row++) {
            // the means count 0, or NaN if they are not finite
            double sum = variables * (HALF_LOG_TWO_PI + 0.5);
            int mean = 2 * row * variables;
            for (int end = mean + variables; mean < end; mean++) {
                sum += parameters[mean + variables] + 0 * parameters[mean];
            }
            entropy[row] = sum;
        }
    }

    /** {@code Σ (exp(2r) - 1 - 2r)/2 + ((μ - μ')/σ')²/2} with {@code r = ℓ - ℓ'}, a sum of positive terms. */
    @Override
    public void kullbackLeibler(int rows, double[] from, double[] to, double[] divergence) {
        Lengths.require("from", from, rows, 2 * variables);
        Lengths.require("to", to, rows, 2 * variables);
        Lengths.require("divergence", divergence, rows, 1);
        Arrays.fill(divergence, 0, rows, 0);
        for (int variable = 0; variable < variables; variable++) {
            double lastFrom = Double.NaN;
            double lastTo = Double.NaN;
            double precision = Double.NaN;
            double excess = Double.NaN;
            for (int row = 0; row < rows; row++) {
                int mean = 2 * row * variables + variable;
                if (from[mean + variables] != lastFrom || to[mean + variables] != lastTo) {
                    lastFrom = from[mean + variables];
                    lastTo = to[mean + variables];
                    double twice = 2 * (lastFrom - lastTo);
                    precision = power(-lastTo);
                    excess = Math.expm1(twice) - twice;
                }
                double z = (from[mean] - to[mean]) * precision;
                divergence[row] += 0.5 * (excess + z * z);
            }
        }
        for (int row = 0; row < rows; row++) {
            divergence[row] = Math.max(0, divergence[row]);
        }
    }

    /** {@code ∂ log p / ∂ μ = z / σ}, {@code ∂ log p / ∂ ℓ = z² - 1}. */
    @Override
    public void addLogProbabilityGradient(
            int rows, double[] parameters, double[] actions, double[] weights, double[] gradient) {
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("actions", actions, rows, variables);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, 2 * variables);
        for (int variable = 0; variable < variables; variable++) {
            double last = Double.NaN;
            double precision = Double.NaN;
            for (int row = 0; row < rows; row++) {
                int mean = 2 * row * variables + variable;
                if (parameters[mean + variables] != last) {
                    last = parameters[mean + variables];
                    precision = power(-last);
                }
                double z = (actions[row * variables + variable] - parameters[mean]) * precision;
                gradient[mean] += weights[row] * (z * precision);
                gradient[mean + variables] += weights[row] * (z * z - 1);
            }
        }
    }

    /** {@code ∂ H / ∂ μ = 0}, {@code ∂ H / ∂ ℓ = 1}. */
    @Override
    public void addEntropyGradient(int rows, double[] parameters, double[] weights, double[] gradient) {
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, 2 * variables);
        for (int row = 0; row < rows; row++) {
            int mean = 2 * row * variables;
            for (int end = mean + variables; mean < end; mean++) {
                // 0, or NaN if a parameter is not finite
                double defect = 0 * parameters[mean] + 0 * parameters[mean + variables];
                gradient[mean] += defect;
                gradient[mean + variables] += weights[row] + defect;
            }
        }
    }

    /** {@code ∂ KL / ∂ μ' = (μ' - μ) / σ'²}, {@code ∂ KL / ∂ ℓ' = 1 - exp(2r) - ((μ - μ')/σ')²}. */
    @Override
    public void addKullbackLeiblerGradient(int rows, double[] from, double[] to, double[] weights, double[] gradient) {
        Lengths.require("from", from, rows, 2 * variables);
        Lengths.require("to", to, rows, 2 * variables);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, 2 * variables);
        for (int row = 0; row < rows; row++) {
            int mean = 2 * row * variables;
            for (int end = mean + variables; mean < end; mean++) {
                double twice = 2 * (from[mean + variables] - to[mean + variables]);
                double precision = power(-to[mean + variables]);
                double z = (to[mean] - from[mean]) * precision;
                gradient[mean] += weights[row] * (z * precision);
                gradient[mean + variables] -= weights[row] * (Math.expm1(twice) + z * z);
            }
        }
    }

    /**
     * {@code F r = (r_μ / σ², 2 r_ℓ)}.
     *
     * <p>The Hessian of {@code -log p(a)} is another matrix, which depends on a and need not be positive semidefinite.
     */
    @Override
    public void addFisherProduct(int rows, double[] parameters, double[] vectors, double[] weights, double[] product) {
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("vectors", vectors, rows, 2 * variables);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("product", product, rows, 2 * variables);
        for (int variable = 0; variable < variables; variable++) {
            double last = Double.NaN;
            double precision = Double.NaN;
            for (int row = 0; row < rows; row++) {
                int mean = 2 * row * variables + variable;
                int logDeviation = mean + variables;
                if (parameters[logDeviation] != last) {
                    last = parameters[logDeviation];
                    precision = power(-last);
                }
                // 0, or NaN if a parameter is not finite
                double defect = 0 * parameters[mean] + 0 * parameters[logDeviation];
                product[mean] += weights[row] * (vectors[mean] * precision * precision) + defect;
                product[logDeviation] += weights[row] * (2 * vectors[logDeviation]) + defect;
            }
        }
    }

    /** {@code B = diag(1 / σ, √2)}. */
    @Override
    public void addFisherFactorColumn(int column, int rows, double[] parameters, double[] weights, double[] product) {
        Lengths.requireColumn(column, 2 * variables);
        Lengths.require("parameters", parameters, rows, 2 * variables);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("product", product, rows, 2 * variables);
        for (int row = 0; row < rows; row++) {
            int mean = 2 * row * variables + column % variables;
            double logDeviation = parameters[mean + variables];
            double root = column < variables ? power(-logDeviation) : ROOT_TWO;
            // 0, or NaN if a parameter is not finite
            double defect = 0 * parameters[mean] + 0 * logDeviation;
            product[2 * row * variables + column] += weights[row] * root + defect;
        }
    }

    @Override
    public String toString() {
        return "DiagonalGaussian(" + variables + ")";
    }

    /** {@code exp(x)}, at most the largest double: 0 times it is 0. */
    private static double power(double x) {
        return Math.min(Math.exp(x), Double.MAX_VALUE);
    }
}
