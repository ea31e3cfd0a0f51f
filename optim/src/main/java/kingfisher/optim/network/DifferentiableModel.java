package kingfisher.optim.network;

import kingfisher.optim.backend.Matrix;

/**
 * A {@link LinearizedModel} that can be moved to another point, and has the derivatives of a loss there:
 *
 * <pre>
 *   forward          z                      → outputs
 *   backward         scale · Jᵀ g           ← outputGradients,    kept for backwardTangent
 *   backwardTangent  ∂(scale · Jᵀ g)/∂v     ← outputCotangents, which hold ∂g/∂v
 * </pre>
 */
public interface DifferentiableModel extends LinearizedModel {

    /** Before {@link #backward}: ∂loss_b/∂z_b [B × width], written by the caller. */
    double[] outputGradients(int head);

    /**
     * Computes the outputs.
     *
     * @param input [B × inputs]; kept by reference, so it must not change before the last pass at this point
     */
    void forward(Matrix input);

    /**
     * Computes the gradient {@code scale · Σ_b ∂loss_b/∂w} from the heads' gradients.
     *
     * @param gradient of the parameters' layout; overwritten where this model has parameters
     */
    void backward(double scale, ParameterVector gradient);

    /**
     * Computes the derivative of the last {@link #backward} along the direction of the last {@link #pushForward}, from
     * the tangents of the heads' gradients in their cotangents: {@code scale · Σ_b (∂²loss_b/∂w²) v}.
     *
     * @param product of the parameters' layout; overwritten where this model has parameters
     * @throws IllegalStateException if there is no direction yet
     */
    void backwardTangent(double scale, ParameterVector product);
}
