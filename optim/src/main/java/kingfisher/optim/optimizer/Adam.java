package kingfisher.optim.optimizer;

import java.util.Map;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.network.ParameterVector;

/** Adam (Kingma and Ba 2015), with ε added to the root of the corrected second moment as in PyTorch. */
public final class Adam implements Optimizer {

    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final ParameterVector first;
    private final ParameterVector second;
    private long steps;

    /** Creates the rule for vectors with the layout of {@code parameters}. */
    public Adam(ParameterVector parameters, double beta1, double beta2, double epsilon) {
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.first = parameters.zerosLike();
        this.second = parameters.zerosLike();
    }

    @Override
    public void step(ParameterVector parameters, ParameterVector gradient, double gradientScale, double learningRate) {
        steps++;
        Backend backend = parameters.backend();
        backend.adam(
                parameters.values(),
                gradient.values(),
                gradientScale,
                first.values(),
                second.values(),
                learningRate,
                beta1,
                beta2,
                epsilon,
                steps);
    }

    @Override
    public Map<String, ParameterVector> state() {
        return Map.of("first-moment", first, "second-moment", second);
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
