package kingfisher.optim.kfac;

import java.util.List;
import kingfisher.optim.network.ParameterVector;

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

    /** The data's targets of each head, for {@link FisherEstimator#EMPIRICAL}; empty where there are none. */
    default List<double[]> targets() {
        return List.of();
    }
}
