package kingfisher.optim.kfac;

import java.util.List;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/** What an optimizer minimizes: the mean loss of one batch, as a function of the parameters of its model. */
public interface Objective {

    /** Runs the model forward at its parameters and returns the mean loss. */
    double evaluate();

    /**
     * Runs the model forward and backward at its parameters.
     *
     * @param gradient of the parameters' layout; receives the gradient of the mean loss
     * @return the mean loss
     */
    double evaluate(ParameterVector gradient);

    /**
     * The model whose last backward pass the gradient of {@link #evaluate(ParameterVector)} is, and nothing beside it, for
     * {@link Application#LOW_RANK}; null where it is not.
     */
    default @Nullable LinearizedModel gradientModel() {
        return null;
    }

    /** The scale that the backward pass of {@link #gradientModel} was run with. */
    default double gradientScale() {
        return 1;
    }

    /** The data's targets of each head, for {@link FisherEstimator#EMPIRICAL}; empty where there are none. */
    default List<double[]> targets() {
        return List.of();
    }
}
