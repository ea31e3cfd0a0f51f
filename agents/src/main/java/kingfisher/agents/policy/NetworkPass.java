package kingfisher.agents.policy;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.ForwardTrace;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a {@link PolicyValueNetwork} over a batch of B observations, forward and backward, with the heads' outputs
 * and gradients as host arrays. Allocated once for a batch size and reused; not for use by two threads at once.
 */
public final class NetworkPass {

    private final int batch;
    private final Backend backend;
    private final ParameterVector parameters;
    private final Mlp hidden;
    private final ForwardTrace hiddenTrace;
    private final @Nullable Mlp policyHead;
    private final @Nullable Mlp valueHead;
    private final @Nullable ForwardTrace policyTrace;
    private final @Nullable ForwardTrace valueTrace;
    private final int distributionSize;
    private final int logStandardDeviationIndex;
    private final double[] distributionParameters;
    private final double[] distributionGradient;
    private final double[] values;
    private final double[] valueGradient;
    private final double[] logStandardDeviation;

    NetworkPass(
            int batch,
            ParameterVector parameters,
            Mlp hidden,
            @Nullable Mlp policyHead,
            @Nullable Mlp valueHead,
            int distributionSize,
            int logStandardDeviationIndex) {
        this.batch = batch;
        this.backend = parameters.backend();
        this.parameters = parameters;
        this.hidden = hidden;
        this.hiddenTrace = hidden.trace(batch);
        this.policyHead = policyHead;
        this.valueHead = valueHead;
        this.policyTrace = policyHead == null ? null : policyHead.trace(batch);
        this.valueTrace = valueHead == null ? null : valueHead.trace(batch);
        this.distributionSize = distributionSize;
        this.logStandardDeviationIndex = logStandardDeviationIndex;
        this.distributionParameters = new double[batch * distributionSize];
        this.distributionGradient = new double[batch * distributionSize];
        this.values = new double[valueHead == null ? 0 : batch];
        this.valueGradient = new double[values.length];
        this.logStandardDeviation = new double[logStandardDeviationIndex < 0 ? 0 : distributionSize / 2];
    }

    /** Number of observations B. */
    public int batch() {
        return batch;
    }

    /** After {@link #forward}: the distributions' parameters [B × parameter size]. */
    public double[] distributionParameters() {
        return distributionParameters;
    }

    /** Before {@link #backward}: ∂loss_b/∂distribution parameters [B × parameter size], written by the caller. */
    public double[] distributionGradient() {
        return distributionGradient;
    }

    /** After {@link #forward}: the values [B]. */
    public double[] values() {
        return values;
    }

    /** Before {@link #backward}: ∂loss_b/∂value [B], written by the caller. */
    public double[] valueGradient() {
        return valueGradient;
    }

    /** Computes the outputs for observations [B × inputs], which are kept by reference until the backward pass. */
    public void forward(Matrix observations) {
        Matrix features = hidden.forward(observations, hiddenTrace);
        if (policyHead != null && policyTrace != null) {
            backend.download(policyHead.forward(features, policyTrace), distributionParameters, 0, distributionSize);
            if (logStandardDeviationIndex >= 0) {
                spreadLogStandardDeviation();
            }
        }
        if (valueHead != null && valueTrace != null) {
            backend.download(valueHead.forward(features, valueTrace), values);
        }
    }

    /**
     * Computes the gradient {@code scale · Σ_b ∂loss_b/∂w} from the heads' gradients.
     *
     * @param gradient of the network's layout; overwritten
     */
    public void backward(double scale, ParameterVector gradient) {
        Matrix featureGradient = hidden.layers().isEmpty() ? null : hiddenTrace.outputGradient();
        double keep = 0;
        if (policyHead != null && policyTrace != null) {
            backend.upload(distributionGradient, 0, distributionSize, policyTrace.outputGradient());
            policyHead.backward(policyTrace, scale, gradient, featureGradient, keep);
            keep = 1;
            if (logStandardDeviationIndex >= 0) {
                sumLogStandardDeviationGradient(scale, gradient);
            }
        }
        if (valueHead != null && valueTrace != null) {
            backend.upload(valueGradient, valueTrace.outputGradient());
            valueHead.backward(valueTrace, scale, gradient, featureGradient, keep);
        }
        hidden.backward(hiddenTrace, scale, gradient, null, 0);
    }

    private void spreadLogStandardDeviation() {
        backend.download(parameters.view(logStandardDeviationIndex), logStandardDeviation);
        int count = logStandardDeviation.length;
        for (int b = 0; b < batch; b++) {
            System.arraycopy(logStandardDeviation, 0, distributionParameters, b * distributionSize + count, count);
        }
    }

    private void sumLogStandardDeviationGradient(double scale, ParameterVector gradient) {
        int count = logStandardDeviation.length;
        for (int i = 0; i < count; i++) {
            double sum = 0;
            for (int b = 0; b < batch; b++) {
                sum += distributionGradient[b * distributionSize + count + i];
            }
            logStandardDeviation[i] = scale * sum;
        }
        backend.upload(logStandardDeviation, gradient.view(logStandardDeviationIndex));
    }
}
