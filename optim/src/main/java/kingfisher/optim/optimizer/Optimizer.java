package kingfisher.optim.optimizer;

import java.util.Map;
import kingfisher.optim.network.ParameterVector;

/** A first-order rule that moves one parameter vector against its gradient. */
public sealed interface Optimizer permits Adam, DiagonalPreconditioner, RmsProp, Sgd {

    /**
     * Moves the parameters by one step.
     *
     * @param parameters modified
     * @param gradient of the same layout; not modified
     * @param gradientScale factor on the gradient, for example from {@link GradientClip}
     * @param learningRate this step's rate
     */
    void step(ParameterVector parameters, ParameterVector gradient, double gradientScale, double learningRate);

    /** What the rule remembers between steps, by name; together with {@link #steps} all that a checkpoint needs. */
    Map<String, ParameterVector> state();

    /** Number of steps taken. */
    long steps();

    /** Sets the number of steps taken, when {@link #state} has been restored. */
    void restoreSteps(long steps);
}
