package kingfisher.optim.kfac;

import kingfisher.optim.backend.Backend;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.ParameterVector;

/**
 * {@code (F̂ + λI)⁻¹} of a {@link KroneckerCurvature}, as its last {@link KroneckerCurvature#advance} has left it: a
 * preconditioner for conjugate gradients (Grosse, "Second-Order Optimization", section 6). Products are in the backend's
 * type; on parameters that no block covers they are 0.
 */
public final class KroneckerInverse implements LinearOperator {

    private final KroneckerCurvature curvature;
    private final Backend backend;
    private final ParameterVector operand;
    private final ParameterVector result;
    private double damping = 1;

    /**
     * Allocates the working memory.
     *
     * @param parameters those of the curvature's model
     */
    public KroneckerInverse(KroneckerCurvature curvature, ParameterVector parameters) {
        this.curvature = curvature;
        this.backend = parameters.backend();
        this.operand = parameters.zerosLike();
        this.result = parameters.zerosLike();
    }

    /**
     * Sets λ, at first 1.
     *
     * @throws IllegalArgumentException if it is not positive and finite
     */
    public void setDamping(double value) {
        KroneckerCurvature.requirePositive(value);
        damping = value;
    }

    @Override
    public int size() {
        return operand.layout().size();
    }

    /**
     * {@inheritDoc}
     *
     * @throws NumericalFailureException if the vector is not finite in the backend's type
     */
    @Override
    public void apply(double[] vector, double[] product) {
        if (vector.length != size() || product.length != size() || vector == product) {
            throw new IllegalArgumentException("expected two arrays of %d numbers, found %d and %d%s"
                    .formatted(size(), vector.length, product.length, vector == product ? ", the same" : ""));
        }
        backend.upload(vector, operand.values());
        curvature.precondition(operand, damping, result);
        backend.download(result.values(), product);
    }
}
