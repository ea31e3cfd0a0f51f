package kingfisher.optim.hessianfree;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.network.ParameterVector;

/** Moves parameters away from a point, to see what the loss is elsewhere, and back. */
final class TrialPoint {

    private final ParameterVector parameters;
    private final Backend backend;
    private final double weightDecay;
    private final ParameterVector origin;
    private final ParameterVector delta;

    TrialPoint(ParameterVector parameters, double weightDecay) {
        this.parameters = parameters;
        this.backend = parameters.backend();
        this.weightDecay = weightDecay;
        this.origin = parameters.zerosLike();
        this.delta = parameters.zerosLike();
    }

    /** Remembers where the parameters are. */
    void begin() {
        backend.copy(parameters.values(), origin.values());
    }

    /** {@code w = origin + rate · direction}. */
    void moveTo(double rate, double[] direction) {
        backend.upload(direction, delta.values());
        backend.copy(origin.values(), parameters.values());
        backend.addScaled(rate, delta.values(), parameters.values());
    }

    /** The loss at {@code origin + rate · direction}, where the parameters stay; infinite if it is not finite. */
    double loss(Objective objective, double rate, double[] direction) {
        moveTo(rate, direction);
        double loss = objective.evaluate() + penalty();
        return Double.isFinite(loss) ? loss : Double.POSITIVE_INFINITY;
    }

    /** {@code ½η‖w‖²}. */
    double penalty() {
        return weightDecay > 0 ? 0.5 * weightDecay * backend.dot(parameters.values(), parameters.values()) : 0;
    }

    /** Moves the parameters back, bit for bit. */
    void goBack() {
        backend.copy(origin.values(), parameters.values());
    }
}
