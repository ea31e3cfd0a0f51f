package kingfisher.optim.distribution;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * One of a fixed number of classes, parameterised by one logit a class: {@code p_i = exp(x_i) / Σ_j exp(x_j)}.
 *
 * <p>An outcome is one number, the class's index from 0. A logit of -infinity excludes its class.
 */
public final class Categorical implements Distribution {
    private final int classes;

    private Categorical(int classes) {
        this.classes = Lengths.atLeast(1, "classes", classes);
    }

    /** Returns the distribution over {@code classes} classes, at least 1. */
    public static Categorical of(int classes) {
        return new Categorical(classes);
    }

    @Override
    public int parameterSize() {
        return classes;
    }

    @Override
    public int actionSize() {
        return 1;
    }

    @Override
    public void describe(int rows, double[] parameters, double[] description) {
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("description", description, rows, classes);
        for (int row = 0; row < rows; row++) {
            Softmax.probabilities(parameters, row * classes, classes, description);
        }
    }

    @Override
    public void sample(int rows, double[] parameters, UniformRandomProvider random, double[] actions) {
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("actions", actions, rows, 1);
        for (int row = 0; row < rows; row++) {
            actions[row] = Softmax.sample(parameters, row * classes, classes, random, row);
        }
    }

    @Override
    public void mode(int rows, double[] parameters, double[] actions) {
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("actions", actions, rows, 1);
        for (int row = 0; row < rows; row++) {
            actions[row] = Softmax.mode(parameters, row * classes, classes);
        }
    }

    @Override
    public void logProbability(int rows, double[] parameters, double[] actions, double[] logProbability) {
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("actions", actions, rows, 1);
        Lengths.require("logProbability", logProbability, rows, 1);
        for (int row = 0; row < rows; row++) {
            int index = Softmax.index(actions[row], classes, row);
            logProbability[row] = Softmax.logProbability(parameters, row * classes, classes, index);
        }
    }

    @Override
    public void entropy(int rows, double[] parameters, double[] entropy) {
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("entropy", entropy, rows, 1);
        for (int row = 0; row < rows; row++) {
            entropy[row] = Softmax.entropy(parameters, row * classes, classes);
        }
    }

    @Override
    public void kullbackLeibler(int rows, double[] from, double[] to, double[] divergence) {
        Lengths.require("from", from, rows, classes);
        Lengths.require("to", to, rows, classes);
        Lengths.require("divergence", divergence, rows, 1);
        for (int row = 0; row < rows; row++) {
            divergence[row] = Softmax.kullbackLeibler(from, to, row * classes, classes);
        }
    }

    @Override
    public void addLogProbabilityGradient(
            int rows, double[] parameters, double[] actions, double[] weights, double[] gradient) {
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("actions", actions, rows, 1);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, classes);
        for (int row = 0; row < rows; row++) {
            int index = Softmax.index(actions[row], classes, row);
            Softmax.addLogProbabilityGradient(parameters, row * classes, classes, index, weights[row], gradient);
        }
    }

    @Override
    public void addEntropyGradient(int rows, double[] parameters, double[] weights, double[] gradient) {
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, classes);
        for (int row = 0; row < rows; row++) {
            Softmax.addEntropyGradient(parameters, row * classes, classes, weights[row], gradient);
        }
    }

    @Override
    public void addKullbackLeiblerGradient(int rows, double[] from, double[] to, double[] weights, double[] gradient) {
        Lengths.require("from", from, rows, classes);
        Lengths.require("to", to, rows, classes);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, classes);
        for (int row = 0; row < rows; row++) {
            Softmax.addKullbackLeiblerGradient(from, to, row * classes, classes, weights[row], gradient);
        }
    }

    /** {@code F r = p ∘ (r - pᵀr)}, which is also the Hessian of every {@code -log p(a)}; constants give 0. */
    @Override
    public void addFisherProduct(int rows, double[] parameters, double[] vectors, double[] weights, double[] product) {
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("vectors", vectors, rows, classes);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("product", product, rows, classes);
        for (int row = 0; row < rows; row++) {
            Softmax.addFisherProduct(parameters, vectors, row * classes, classes, weights[row], product);
        }
    }

    /** {@code B = diag(√p) - p √pᵀ}. */
    @Override
    public void addFisherFactorColumn(int column, int rows, double[] parameters, double[] weights, double[] product) {
        Lengths.requireColumn(column, classes);
        Lengths.require("parameters", parameters, rows, classes);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("product", product, rows, classes);
        for (int row = 0; row < rows; row++) {
            Softmax.addFisherFactorColumn(parameters, row * classes, classes, column, weights[row], product);
        }
    }

    @Override
    public String toString() {
        return "Categorical(" + classes + ")";
    }
}
