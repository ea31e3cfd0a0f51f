package kingfisher.optim.network;

import kingfisher.optim.backend.Matrix;

/**
 * What the passes of a model over a batch keep of one of its dense layers: all that Kronecker factors are made of.
 *
 * <p>The matrices belong to the model; they hold what its last passes have left and must not be modified.
 */
public interface LayerTrace {

    /** The layer. */
    DenseLayer layer();

    /** Index of the first element of the homogeneous W̄ [(inputs + 1) × outputs] in the flat parameter vector. */
    int parameterOffset();

    /** Of the last forward pass: the layer's inputs a_b [B × inputs]. */
    Matrix input();

    /**
     * Of the model's last backward pass: the gradients Ds_b of each example's loss in the pre-activations [B × outputs], so
     * that the gradient in W̄ is {@code scale · Σ_b ā_b Ds_bᵀ}.
     */
    Matrix gradient();

    /** Of the last pull-back: the cotangents Ds_b of each example's pre-activations [B × outputs]. */
    Matrix cotangent();
}
