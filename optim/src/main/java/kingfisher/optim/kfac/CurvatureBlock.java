package kingfisher.optim.kfac;

import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.ParameterVector;

/** The curvature of a part of the parameters that is inverted for itself. */
public sealed interface CurvatureBlock permits LayerBlock, RowBlock {

    /** Which parameters, and how. */
    CoveredParameters covered();

    /**
     * Returns the block as it is now, without damping, as a matrix in double over its parameters in their order.
     *
     * @throws IllegalStateException if there has been no batch yet
     */
    LinearOperator curvature();

    /** Writes the block's part of {@code (F̂ + λI)⁻¹ gradient}. */
    void precondition(ParameterVector gradient, double damping, ParameterVector result);
}
