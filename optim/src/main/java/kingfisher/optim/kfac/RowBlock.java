package kingfisher.optim.kfac;

import java.util.Arrays;
import java.util.Map;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.RowWeights;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.kfac.CoveredParameters.Curvature;
import kingfisher.optim.linear.Decomposition;
import kingfisher.optim.linear.Decomposition.Failed;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.linear.SymmetricEigen;
import kingfisher.optim.linear.SymmetricMatrices;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.network.RowParameter;
import org.jspecify.annotations.Nullable;

/**
 * The exact Fisher matrix of parameters that are outputs themselves: the mean over a batch of the outputs' own Fisher
 * matrices, [n × n], with λ added to it exactly. It is so small that it is made anew with each decomposition, from that
 * batch alone.
 */
final class RowBlock implements CurvatureBlock {

    private final Backend backend;
    private final RowParameter parameter;
    private final WeightedMetric term;
    private final double[] fisher; // [n × n]
    private final double[] gradientRow;
    private final double[] rotated;
    private final HomogeneousView gradientView;
    private final HomogeneousView resultView;
    private boolean known;
    private double @Nullable [] values;
    private double @Nullable [] vectors;

    RowBlock(Backend backend, RowParameter parameter, WeightedMetric term) {
        this.backend = backend;
        this.parameter = parameter;
        this.term = term;
        this.fisher = new double[parameter.size() * parameter.size()];
        this.gradientRow = new double[parameter.size()];
        this.rotated = new double[parameter.size()];
        this.gradientView = new HomogeneousView(parameter.parameterOffset(), 1, parameter.size());
        this.resultView = new HomogeneousView(parameter.parameterOffset(), 1, parameter.size());
    }

    @Override
    public CoveredParameters covered() {
        return new CoveredParameters(
                parameter.name(), parameter.parameterOffset(), parameter.size(), Curvature.EXACT_FISHER);
    }

    @Override
    public DenseOperator curvature() {
        if (!known) {
            throw new IllegalStateException("parameter " + parameter.name() + " has no Fisher matrix yet");
        }
        return new DenseOperator(parameter.size(), fisher);
    }

    /**
     * Makes the matrix from a batch and decomposes it. Overwrites the tangents and cotangents of the head.
     *
     * @return what is wrong, or null
     */
    @Nullable
    String refresh(LinearizedModel model, RowWeights rows) {
        int head = parameter.head();
        int width = model.width(head);
        int size = parameter.size();
        double[] unit = model.outputTangents(head);
        double[] product = model.outputCotangents(head);
        double[] weights = new double[model.batch()];
        rows.scaleInto(term.weight() / rows.sum(), weights);
        double[] fresh = new double[size * size];
        for (int i = 0; i < size; i++) {
            Arrays.fill(unit, 0);
            Arrays.fill(product, 0);
            for (int b = 0; b < model.batch(); b++) {
                unit[b * width + parameter.firstOutput() + i] = 1;
            }
            term.metric().addFisherProduct(model.batch(), model.outputs(head), unit, weights, product);
            for (int b = 0; b < model.batch(); b++) {
                for (int j = 0; j < size; j++) {
                    fresh[i * size + j] += product[b * width + parameter.firstOutput() + j];
                }
            }
        }
        Decomposition<SymmetricEigen> eigen = SymmetricMatrices.eigen(size, fresh);
        if (eigen instanceof Failed<SymmetricEigen> failed) {
            return "the Fisher matrix of parameter " + parameter.name() + ": " + failed.reason();
        }
        System.arraycopy(fresh, 0, fisher, 0, fresh.length);
        known = true;
        load(eigen.orElseThrow().clipped());
        return null;
    }

    private void load(SymmetricEigen eigen) {
        values = eigen.values();
        vectors = eigen.vectors();
    }

    boolean hasDecomposition() {
        return known;
    }

    @Override
    public void precondition(ParameterVector gradient, double damping, ParameterVector result) {
        double[] d = values;
        double[] q = vectors;
        if (d == null || q == null) {
            throw new IllegalStateException("parameter " + parameter.name() + " has no Fisher matrix yet");
        }
        int size = parameter.size();
        backend.download(gradientView.of(gradient), gradientRow);
        for (int k = 0; k < size; k++) {
            double sum = 0;
            for (int i = 0; i < size; i++) {
                sum += q[i * size + k] * gradientRow[i];
            }
            rotated[k] = sum / (d[k] + damping);
        }
        for (int i = 0; i < size; i++) {
            double sum = 0;
            for (int k = 0; k < size; k++) {
                sum += q[i * size + k] * rotated[k];
            }
            gradientRow[i] = sum;
        }
        Matrix target = resultView.of(result);
        backend.upload(gradientRow, target);
    }

    void save(Map<String, double[]> state) {
        if (known) {
            state.put(key(), fisher.clone());
        }
    }

    /** The decomposition is made again: it is a function of the matrix alone. */
    void restore(SavedState state) {
        known = state.has(key());
        if (known) {
            double[] saved = state.array(key(), fisher.length);
            System.arraycopy(saved, 0, fisher, 0, saved.length);
            load(SymmetricMatrices.eigen(parameter.size(), saved).orElseThrow().clipped());
        }
    }

    private String key() {
        return "parameter " + parameter.name() + " fisher";
    }
}
