package kingfisher.optim.distribution;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * Independent events, each parameterised by its logit: {@code p = σ(x) = 1 / (1 + exp(-x))}.
 *
 * <p>An outcome is one number an event, 1 where it happens and 0 where not. With
 * {@code softplus(x) = log(1 + exp(x))}, {@code log p = -softplus(-x)} and {@code log (1 - p) = -softplus(x)}, exact
 * where p is close to 0 or 1. Logits of ±infinity are certain events.
 */
public final class Bernoulli implements Distribution {
    private final int events;

    private Bernoulli(int events) {
        this.events = Lengths.atLeast(1, "events", events);
    }

    /** Returns the distribution over {@code events} events, at least 1. */
    public static Bernoulli of(int events) {
        return new Bernoulli(events);
    }

    @Override
    public int parameterSize() {
        return events;
    }

    @Override
    public int actionSize() {
        return events;
    }

    @Override
    public void describe(int rows, double[] parameters, double[] description) {
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("description", description, rows, events);
        for (int i = 0; i < rows * events; i++) {
            description[i] = sigmoid(parameters[i]);
        }
    }

    @Override
    public void sample(int rows, double[] parameters, UniformRandomProvider random, double[] actions) {
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("actions", actions, rows, events);
        for (int i = 0; i < rows * events; i++) {
            if (Double.isNaN(parameters[i])) {
                throw new ArithmeticException(
                        "logit %d of row %d defines no distribution: NaN".formatted(i % events, i / events));
            }
            actions[i] = random.nextDouble() < sigmoid(parameters[i]) ? 1 : 0;
        }
    }

    /** {@inheritDoc} An event of probability 1/2 does not happen. */
    @Override
    public void mode(int rows, double[] parameters, double[] actions) {
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("actions", actions, rows, events);
        for (int i = 0; i < rows * events; i++) {
            double logit = parameters[i];
            actions[i] = Double.isNaN(logit) ? Double.NaN : logit > 0 ? 1 : 0;
        }
    }

    @Override
    public void logProbability(int rows, double[] parameters, double[] actions, double[] logProbability) {
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("actions", actions, rows, events);
        Lengths.require("logProbability", logProbability, rows, 1);
        int i = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int end = i + events; i < end; i++) {
                sum -= softplus(-sign(actions[i], row) * parameters[i]);
            }
            logProbability[row] = sum;
        }
    }

    /** {@code H = softplus(-|x|) + |x| σ(-|x|)}, a sum of positive terms. */
    @Override
    public void entropy(int rows, double[] parameters, double[] entropy) {
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("entropy", entropy, rows, 1);
        int i = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int end = i + events; i < end; i++) {
                double distance = Math.abs(parameters[i]);
                sum += softplus(-distance) + times(sigmoid(-distance), distance);
            }
            entropy[row] = sum;
        }
    }

    /** {@code p (log p - log p') + (1 - p) (log (1 - p) - log (1 - p'))}. */
    @Override
    public void kullbackLeibler(int rows, double[] from, double[] to, double[] divergence) {
        Lengths.require("from", from, rows, events);
        Lengths.require("to", to, rows, events);
        Lengths.require("divergence", divergence, rows, 1);
        int i = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int end = i + events; i < end; i++) {
                sum += times(sigmoid(from[i]), softplus(-to[i]) - softplus(-from[i]))
                        + times(sigmoid(-from[i]), softplus(to[i]) - softplus(from[i]));
            }
            divergence[row] = Math.max(0, sum);
        }
    }

    /** {@code ∂ log p(a) / ∂ x = a - p}. */
    @Override
    public void addLogProbabilityGradient(
            int rows, double[] parameters, double[] actions, double[] weights, double[] gradient) {
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("actions", actions, rows, events);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, events);
        int i = 0;
        for (int row = 0; row < rows; row++) {
            for (int end = i + events; i < end; i++) {
                double sign = sign(actions[i], row);
                gradient[i] += weights[row] * sign * sigmoid(-sign * parameters[i]);
            }
        }
    }

    /** {@code ∂ H / ∂ x = -x p (1 - p)}. */
    @Override
    public void addEntropyGradient(int rows, double[] parameters, double[] weights, double[] gradient) {
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, events);
        int i = 0;
        for (int row = 0; row < rows; row++) {
            for (int end = i + events; i < end; i++) {
                gradient[i] -= weights[row] * times(variance(parameters[i]), parameters[i]);
            }
        }
    }

    /** {@code ∂ KL(p ‖ p') / ∂ x' = p' - p}. */
    @Override
    public void addKullbackLeiblerGradient(int rows, double[] from, double[] to, double[] weights, double[] gradient) {
        Lengths.require("from", from, rows, events);
        Lengths.require("to", to, rows, events);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, events);
        int i = 0;
        for (int row = 0; row < rows; row++) {
            for (int end = i + events; i < end; i++) {
                gradient[i] += weights[row] * (sigmoid(to[i]) - sigmoid(from[i]));
            }
        }
    }

    /** {@code F r = p (1 - p) r}, which is also the Hessian of every {@code -log p(a)}. */
    @Override
    public void addFisherProduct(int rows, double[] parameters, double[] vectors, double[] weights, double[] product) {
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("vectors", vectors, rows, events);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("product", product, rows, events);
        int i = 0;
        for (int row = 0; row < rows; row++) {
            for (int end = i + events; i < end; i++) {
                product[i] += weights[row] * variance(parameters[i]) * vectors[i];
            }
        }
    }

    /** {@code B = diag(√(p (1 - p)))}. */
    @Override
    public void addFisherFactorColumn(int column, int rows, double[] parameters, double[] weights, double[] product) {
        Lengths.requireColumn(column, events);
        Lengths.require("parameters", parameters, rows, events);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("product", product, rows, events);
        for (int row = 0; row < rows; row++) {
            int i = row * events + column;
            product[i] += weights[row] * deviation(parameters[i]);
        }
    }

    @Override
    public String toString() {
        return "Bernoulli(" + events + ")";
    }

    /** Returns 1 for an event that happened, -1 for one that did not, NaN for NaN. */
    private static double sign(double action, int row) {
        if (action == 0 || action == 1 || Double.isNaN(action)) {
            return 2 * action - 1;
        }
        throw new IllegalArgumentException("action of row %d must be 0 or 1: %s".formatted(row, action));
    }

    /** Multiplies by a probability; an impossible event counts 0, whatever its value. */
    private static double times(double probability, double value) {
        return probability == 0 ? 0 : probability * value;
    }

    private static double sigmoid(double x) {
        double power = Math.exp(-Math.abs(x));
        return (x < 0 ? power : 1) / (1 + power);
    }

    /** {@code p (1 - p)}. */
    private static double variance(double x) {
        double power = Math.exp(-Math.abs(x));
        return power / ((1 + power) * (1 + power));
    }

    /** {@code √(p (1 - p)) = exp(-|x| / 2) / (1 + exp(-|x|))}. */
    private static double deviation(double x) {
        double root = Math.exp(-0.5 * Math.abs(x));
        return root / (1 + root * root);
    }

    private static double softplus(double x) {
        return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }
}
