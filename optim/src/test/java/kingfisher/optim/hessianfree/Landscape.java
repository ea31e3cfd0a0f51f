package kingfisher.optim.hessianfree;

import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.DoubleBackend;

/** A function of a few numbers with its gradient, in double. */
final class Landscape implements Objective {

    final ParameterVector parameters;
    private final Backend backend = DoubleBackend.create();
    private final ToDoubleFunction<double[]> loss;
    private final Function<double[], double[]> slope;

    Landscape(double[] start, ToDoubleFunction<double[]> loss, Function<double[], double[]> slope) {
        this.parameters = new ParameterVector(
                backend, ParameterLayout.builder().add("w", 1, start.length).build());
        this.loss = loss;
        this.slope = slope;
        moveTo(start);
    }

    void moveTo(double[] point) {
        backend.upload(point, parameters.values());
    }

    double[] point() {
        double[] point = new double[parameters.layout().size()];
        backend.download(parameters.values(), point);
        return point;
    }

    double loss(double[] point) {
        return loss.applyAsDouble(point);
    }

    double[] slope(double[] point) {
        return slope.apply(point);
    }

    @Override
    public double evaluate() {
        return loss(point());
    }

    @Override
    public double evaluate(ParameterVector gradient) {
        backend.upload(slope(point()), gradient.values());
        return evaluate();
    }
}
