package kingfisher.optim.optimizer;

import java.util.Map;
import kingfisher.optim.network.ParameterVector;

/** RMSProp (Tieleman and Hinton 2012), without momentum. */
public final class RmsProp implements Optimizer {

    private final double decay;
    private final double epsilon;
    private final boolean epsilonInsideRoot;
    private final ParameterVector second;
    private long steps;

    /** Creates the rule for vectors with the layout of {@code parameters}. */
    public RmsProp(ParameterVector parameters, double decay, double epsilon, RmsPropForm form) {
        this.decay = decay;
        this.epsilon = epsilon;
        this.epsilonInsideRoot = form == RmsPropForm.TENSORFLOW;
        this.second = parameters.zerosLike();
        if (form == RmsPropForm.TENSORFLOW) {
            parameters.backend().fill(second.values(), 1);
        }
    }

    @Override
    public void step(ParameterVector parameters, ParameterVector gradient, double gradientScale, double learningRate) {
        steps++;
        parameters
                .backend()
                .rmsProp(
                        parameters.values(),
                        gradient.values(),
                        gradientScale,
                        second.values(),
                        learningRate,
                        decay,
                        epsilon,
                        epsilonInsideRoot);
    }

    @Override
    public Map<String, ParameterVector> state() {
        return Map.of("second-moment", second);
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public void restoreSteps(long value) {
        steps = value;
    }
}
