package kingfisher.optim.distribution;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Several independent {@link Categorical} components side by side, each with its own number of classes.
 *
 * <p>A row's parameters are the components' logits one after the other; an outcome is one index a component.
 */
public final class MultiCategorical implements Distribution {
    private final int[] classes;
    private final int parameterSize;

    private MultiCategorical(int[] classes) {
        Lengths.atLeast(1, "number of components", classes.length);
        for (int count : classes) {
            Lengths.atLeast(1, "classes", count);
        }
        this.classes = classes;
        this.parameterSize = Arrays.stream(classes).reduce(0, Math::addExact);
    }

    /** Returns the distribution over one component for each argument, which is its number of classes, at least 1. */
    public static MultiCategorical of(int... classes) {
        return new MultiCategorical(classes.clone());
    }

    @Override
    public int parameterSize() {
        return parameterSize;
    }

    @Override
    public int actionSize() {
        return classes.length;
    }

    @Override
    public void describe(int rows, double[] parameters, double[] description) {
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("description", description, rows, parameterSize);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int count : classes) {
                Softmax.probabilities(parameters, at, count, description);
                at += count;
            }
        }
    }

    @Override
    public void sample(int rows, double[] parameters, UniformRandomProvider random, double[] actions) {
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("actions", actions, rows, classes.length);
        int at = 0;
        int action = 0;
        for (int row = 0; row < rows; row++) {
            for (int count : classes) {
                actions[action++] = Softmax.sample(parameters, at, count, random, row);
                at += count;
            }
        }
    }

    @Override
    public void mode(int rows, double[] parameters, double[] actions) {
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("actions", actions, rows, classes.length);
        int at = 0;
        int action = 0;
        for (int row = 0; row < rows; row++) {
            for (int count : classes) {
                actions[action++] = Softmax.mode(parameters, at, count);
                at += count;
            }
        }
    }

    @Override
    public void logProbability(int rows, double[] parameters, double[] actions, double[] logProbability) {
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("actions", actions, rows, classes.length);
        Lengths.require("logProbability", logProbability, rows, 1);
        int at = 0;
        int action = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int count : classes) {
                int index = Softmax.index(actions[action++], count, row);
                sum += Softmax.logProbability(parameters, at, count, index);
                at += count;
            }
            logProbability[row] = sum;
        }
    }

    @Override
    public void entropy(int rows, double[] parameters, double[] entropy) {
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("entropy", entropy, rows, 1);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int count : classes) {
                sum += Softmax.entropy(parameters, at, count);
                at += count;
            }
            entropy[row] = sum;
        }
    }

    @Override
    public void kullbackLeibler(int rows, double[] from, double[] to, double[] divergence) {
        Lengths.require("from", from, rows, parameterSize);
        Lengths.require("to", to, rows, parameterSize);
        Lengths.require("divergence", divergence, rows, 1);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int count : classes) {
                sum += Softmax.kullbackLeibler(from, to, at, count);
                at += count;
            }
            divergence[row] = sum;
        }
    }

    @Override
    public void addLogProbabilityGradient(
            int rows, double[] parameters, double[] actions, double[] weights, double[] gradient) {
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("actions", actions, rows, classes.length);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, parameterSize);
        int at = 0;
        int action = 0;
        for (int row = 0; row < rows; row++) {
            for (int count : classes) {
                int index = Softmax.index(actions[action++], count, row);
                Softmax.addLogProbabilityGradient(parameters, at, count, index, weights[row], gradient);
                at += count;
            }
        }
    }

    @Override
    public void addEntropyGradient(int rows, double[] parameters, double[] weights, double[] gradient) {
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, parameterSize);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int count : classes) {
                Softmax.addEntropyGradient(parameters, at, count, weights[row], gradient);
                at += count;
            }
        }
    }

    @Override
    public void addKullbackLeiblerGradient(int rows, double[] from, double[] to, double[] weights, double[] gradient) {
        Lengths.require("from", from, rows, parameterSize);
        Lengths.require("to", to, rows, parameterSize);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("gradient", gradient, rows, parameterSize);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int count : classes) {
                Softmax.addKullbackLeiblerGradient(from, to, at, count, weights[row], gradient);
                at += count;
            }
        }
    }

    /** {@code F r = p ∘ (r - pᵀr)} in each component, which is also the Hessian of every {@code -log p(a)}. */
    @Override
    public void addFisherProduct(int rows, double[] parameters, double[] vectors, double[] weights, double[] product) {
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("vectors", vectors, rows, parameterSize);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("product", product, rows, parameterSize);
        int at = 0;
        for (int row = 0; row < rows; row++) {
            for (int count : classes) {
                Softmax.addFisherProduct(parameters, vectors, at, count, weights[row], product);
                at += count;
            }
        }
    }

    /** {@code B = diag(√p) - p √pᵀ} in each component, and 0 between components. */
    @Override
    public void addFisherFactorColumn(int column, int rows, double[] parameters, double[] weights, double[] product) {
        Lengths.requireColumn(column, parameterSize);
        Lengths.require("parameters", parameters, rows, parameterSize);
        Lengths.require("weights", weights, rows, 1);
        Lengths.require("product", product, rows, parameterSize);
        int component = 0;
        int first = 0;
        while (first + classes[component] <= column) {
            first += classes[component++];
        }
        for (int row = 0; row < rows; row++) {
            Softmax.addFisherFactorColumn(
                    parameters, row * parameterSize + first, classes[component], column - first, weights[row], product);
        }
    }

    @Override
    public String toString() {
        return "MultiCategorical" + Arrays.toString(classes);
    }
}
