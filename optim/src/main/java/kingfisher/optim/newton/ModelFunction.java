package kingfisher.optim.newton;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/**
 * An objective as a function of its model's parameters, as arrays of doubles. Each evaluation leaves the parameters at its
 * point, rounded to the backend's type.
 */
public final class ModelFunction implements CurvedFunction {

    private final Objective objective;
    private final ParameterVector parameters;
    private final ParameterVector gradientVector;
    private final Backend backend;
    private final @Nullable LinearOperator curvature;

    private ModelFunction(Objective objective, ParameterVector parameters, @Nullable LinearOperator curvature) {
        this.objective = objective;
        this.parameters = parameters;
        this.gradientVector = parameters.zerosLike();
        this.backend = parameters.backend();
        this.curvature = curvature;
    }

    /**
     * Returns a function without curvature.
     *
     * @param parameters of the objective's model, modified by evaluations
     */
    public static ModelFunction of(Objective objective, ParameterVector parameters) {
        return new ModelFunction(objective, parameters, null);
    }

    /**
     * Returns a function with curvature.
     *
     * @param parameters of the objective's model, modified by evaluations
     * @param curvature at the point of the objective's last evaluation with a gradient, small enough to be written out
     * @throws IllegalArgumentException if it is not of the parameters' size
     */
    public static ModelFunction withCurvature(
            Objective objective, ParameterVector parameters, LinearOperator curvature) {
        int size = parameters.layout().size();
        if (curvature.size() != size) {
            throw new IllegalArgumentException(
                    "curvature: expected size %d, found %d".formatted(size, curvature.size()));
        }
        return new ModelFunction(objective, parameters, curvature);
    }

    @Override
    public int size() {
        return parameters.layout().size();
    }

    /** Returns a copy of the parameters: where a minimization begins. */
    public double[] point() {
        double[] point = new double[size()];
        backend.download(parameters.values(), point);
        return point;
    }

    @Override
    public double value(double[] point) {
        backend.upload(point, parameters.values());
        return objective.evaluate();
    }

    @Override
    public double value(double[] point, double[] gradient) {
        backend.upload(point, parameters.values());
        // objectives leave out the parameters that their models don't have
        backend.fill(gradientVector.values(), 0);
        double value = objective.evaluate(gradientVector);
        backend.download(gradientVector.values(), gradient);
        return value;
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if the function has no curvature, or one too large to be written out
     */
    @Override
    public double value(double[] point, double[] gradient, double[] matrix) {
        if (curvature == null) {
            throw new IllegalStateException("the function has no curvature");
        }
        double value = value(point, gradient);
        double[] dense = curvature.toDense();
        System.arraycopy(dense, 0, matrix, 0, dense.length);
        return value;
    }
}
