package kingfisher.optim.distribution;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * A family of probability distributions over actions or targets, computed for a batch of rows at once.
 *
 * <p>Row {@code b} of {@code parameters} is {@code parameters[b * parameterSize()], …} and fixes one distribution; row
 * {@code b} of {@code actions} is {@code actions[b * actionSize()], …} and is one outcome; the other arrays hold one
 * number a row. Arrays may be longer than needed. Outputs are overwritten, except by the methods named {@code add…}.
 * Inputs are not modified, and outputs must not overlap inputs. Every method throws {@link IllegalArgumentException} if
 * an array is too short or an action is no outcome of the family.
 *
 * <p>A NaN among a row's inputs gives NaN in what is computed from it, and in no other row. Parameters up to ±1e4 give
 * finite results wherever the exact result fits a double. Instances are immutable and hold no scratch, so that any number of
 * threads may share one; no method allocates, but for the sampler of {@link DiagonalGaussian#sample}.
 */
public sealed interface Distribution permits Categorical, MultiCategorical, Bernoulli, DiagonalGaussian {

    /** How many numbers define one distribution. */
    int parameterSize();

    /** How many numbers one outcome has. */
    int actionSize();

    /**
     * Writes each row's distribution in the numbers by which it is usually told: means, then standard deviations of
     * normal variables, probabilities of everything else.
     *
     * @param description [rows × parameter size]
     */
    void describe(int rows, double[] parameters, double[] description);

    /**
     * Draws one outcome a row, in the order of the rows; the generator's state alone decides what is drawn.
     *
     * @throws ArithmeticException if a row's parameters define no distribution (NaN, say); the rows before it have been
     *     drawn
     */
    void sample(int rows, double[] parameters, UniformRandomProvider random, double[] actions);

    /** Finds each row's most probable outcome, the first among equals; NaN where the parameters define none. */
    void mode(int rows, double[] parameters, double[] actions);

    /** {@code logProbability_b = log p(action_b)}, of the density if the outcomes are real numbers. */
    void logProbability(int rows, double[] parameters, double[] actions, double[] logProbability);

    /** {@code entropy_b = -E[log p]} in nats, the differential entropy if the outcomes are real numbers. */
    void entropy(int rows, double[] parameters, double[] entropy);

    /** {@code divergence_b = KL(from_b ‖ to_b) = E_from[log from - log to]} in nats, never below 0. */
    void kullbackLeibler(int rows, double[] from, double[] to, double[] divergence);

    /** {@code gradient_b += weights_b · ∂ log p(action_b) / ∂ parameters_b}. */
    void addLogProbabilityGradient(
            int rows, double[] parameters, double[] actions, double[] weights, double[] gradient);

    /** {@code gradient_b += weights_b · ∂ entropy_b / ∂ parameters_b}. */
    void addEntropyGradient(int rows, double[] parameters, double[] weights, double[] gradient);

    /** {@code gradient_b += weights_b · ∂ KL(from_b ‖ to_b) / ∂ to_b}. */
    void addKullbackLeiblerGradient(int rows, double[] from, double[] to, double[] weights, double[] gradient);

    /**
     * {@code product_b += weights_b · F_b vectors_b} with the Fisher information matrix
     * {@code F = E[s sᵀ]} of the score {@code s = ∂ log p(a) / ∂ parameters}, the expectation over the distribution's own
     * outcomes. F is symmetric and positive semidefinite, and is the Hessian of {@code KL(p ‖ p')} in the parameters of
     * p' where p' is p (Grosse, "Second-Order Optimization"; Martens 2020, "New insights and perspectives on the natural
     * gradient method").
     *
     * @param vectors [rows × parameter size]
     * @param product [rows × parameter size], modified
     */
    void addFisherProduct(int rows, double[] parameters, double[] vectors, double[] weights, double[] product);

    /**
     * {@code product_b += weights_b · B_b e_column} with a square matrix B such that {@code B Bᵀ = F}, the Fisher
     * information matrix of {@link #addFisherProduct}, and the unit vector e: what replaces sampled scores where F is
     * wanted without their noise.
     *
     * @param column which column of B, in [0, parameter size)
     * @param product [rows × parameter size], modified
     */
    void addFisherFactorColumn(int column, int rows, double[] parameters, double[] weights, double[] product);
}
