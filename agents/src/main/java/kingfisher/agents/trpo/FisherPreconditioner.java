package kingfisher.agents.trpo;

import java.util.Map;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.linear.LinearOperator;

/**
 * A way to approximate the inverse of the damped Fisher matrix, by which conjugate gradient gets along with fewer products.
 * It changes how fast the solution is found, not which one.
 */
@FunctionalInterface
public interface FisherPreconditioner {

    /**
     * Returns {@code P ≈ (F + λI)⁻¹} at the policy's parameters as they are, symmetric and positive definite; it is used until
     * the next call.
     *
     * @param observations of the samples that the Fisher matrix is of [B × inputs], not to be modified
     * @param damping λ
     */
    LinearOperator prepare(Matrix observations, double damping);

    /** What later calls of {@link #prepare} depend on, by name. */
    default Map<String, double[]> state() {
        return Map.of();
    }

    /**
     * Goes on from what {@link #state} once gave.
     *
     * @throws IllegalArgumentException if something is missing or does not fit; the message names it
     */
    default void restore(Map<String, double[]> state) {}
}
