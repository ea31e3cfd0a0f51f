package kingfisher.optim.network;

import kingfisher.optim.backend.Matrix;

/**
 * A function of parameters w that gives outputs z_b for each of B examples, with the products of its derivatives at the
 * point of the last {@link #forward} pass.
 *
 * <p>Outputs come in one or more heads (a policy's and a value's, say), each a host array [B × width], row-major. The
 * arrays belong to the model and are written in place; all passes are exact to the rounding of the backend's type:
 *
 * <pre>
 *   forward      z                        → outputs
 *   backward     scale · Jᵀ g             ← outputGradients,    kept for backwardTangent
 *   pushForward  J v                      → outputTangents
 *   pullBack     scale · Jᵀ u             ← outputCotangents
 *   backwardTangent  ∂(scale · Jᵀ g)/∂v   ← outputCotangents, which hold ∂g/∂v
 * </pre>
 *
 * <p>J is the Jacobian [B·width × parameters] of all heads. A model is for one batch size and is not for use by two
 * threads at once; models may share parameters. No pass allocates.
 */
public interface DifferentiableModel {

    /** Number of examples B. */
    int batch();

    /** Number of heads. */
    int heads();

    /** Number of outputs of a head for each example. */
    int width(int head);

    /** The parameters w. */
    ParameterVector parameters();

    /** After {@link #forward}: a head's outputs z [B × width]. */
    double[] outputs(int head);

    /** Before {@link #backward}: ∂loss_b/∂z_b [B × width], written by the caller. */
    double[] outputGradients(int head);

    /** After {@link #pushForward}: the tangents of a head's outputs [B × width]. */
    double[] outputTangents(int head);

    /** Before {@link #pullBack} and {@link #backwardTangent}: cotangents u [B × width], written by the caller. */
    double[] outputCotangents(int head);

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
     * Computes the outputs' tangents {@code J v}.
     *
     * @param direction v, of the parameters' layout; kept by reference for {@link #backwardTangent}
     * @throws IllegalArgumentException if the size of the direction is not that of the parameters
     */
    void pushForward(ParameterVector direction);

    /**
     * Computes {@code scale · Jᵀ u} from the heads' cotangents.
     *
     * @param product of the parameters' layout; overwritten where this model has parameters
     */
    void pullBack(double scale, ParameterVector product);

    /**
     * Computes the derivative of the last {@link #backward} along the direction of the last {@link #pushForward}, from
     * the tangents of the heads' gradients in their cotangents: {@code scale · Σ_b (∂²loss_b/∂w²) v}.
     *
     * @param product of the parameters' layout; overwritten where this model has parameters
     * @throws IllegalStateException if there is no direction yet
     */
    void backwardTangent(double scale, ParameterVector product);
}
