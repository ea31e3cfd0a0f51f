package kingfisher.optim.network;

import java.util.List;

/**
 * The outputs z_b of a function of parameters w for each of B examples, and the products of its Jacobian J, at the point
 * where the model was run forward last.
 *
 * <p>Outputs come in one or more heads (a policy's and a value's, say), each a host array, row-major, of B rows of the
 * head's width or more. The arrays belong to the model and are written in place; all passes are exact to the rounding of
 * the backend's type:
 *
 * <pre>
 *   pushForward       J v            → outputTangents
 *   pullBack          scale · Jᵀ u   ← outputCotangents
 *   pullBackToLayers  only what Jᵀ u leaves in the layers   ← outputCotangents
 * </pre>
 *
 * <p>J is the Jacobian [B·width × parameters] of all heads. A model is for one batch size and is not for use by two
 * threads at once; models may share parameters. No pass allocates.
 */
public interface LinearizedModel {

    /** Number of examples B. */
    int batch();

    /** Number of heads. */
    int heads();

    /** Number of outputs of a head for each example. */
    int width(int head);

    /** The parameters w. */
    ParameterVector parameters();

    /** A head's outputs z [B × width]. */
    double[] outputs(int head);

    /** After {@link #pushForward}: the tangents of a head's outputs [B × width]. */
    double[] outputTangents(int head);

    /** Before {@link #pullBack}: cotangents u [B × width], written by the caller. */
    double[] outputCotangents(int head);

    /**
     * Computes the outputs' tangents {@code J v}.
     *
     * @param direction v, of the parameters' layout; kept by reference
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
     * Carries the heads' cotangents back to every layer, where {@link LayerTrace#cotangent} keeps them, without the products
     * that a gradient needs.
     */
    void pullBackToLayers();

    /** The dense layers, with what the passes keep of them. */
    List<LayerTrace> layers();

    /**
     * The numbers of layers that follow one another: {@link #layers} are chains of so many, one behind the other, in which
     * each layer but the first takes the outputs of the layer before. A trunk goes on in its head if it has only one.
     */
    List<Integer> chainLengths();

    /** The parameters that are outputs themselves. */
    List<RowParameter> rowParameters();
}
