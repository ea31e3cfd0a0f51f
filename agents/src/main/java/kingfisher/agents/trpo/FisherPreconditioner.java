package kingfisher.agents.trpo;

import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.NetworkModel;

/**
 * A way to approximate the inverse of the damped Fisher matrix, by which conjugate gradient gets along with fewer products.
 * It changes how fast the solution is found, not which one.
 */
@FunctionalInterface
public interface FisherPreconditioner {

    /**
     * Returns {@code P ≈ (F + λI)⁻¹}, symmetric and positive definite; it is used until the next call.
     *
     * @param model of the policy, whose last forward pass was over the samples that the Fisher matrix is of; its gradients
     *     and cotangents may be overwritten
     * @param damping λ
     */
    LinearOperator prepare(NetworkModel model, double damping);
}
