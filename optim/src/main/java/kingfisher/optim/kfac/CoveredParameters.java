package kingfisher.optim.kfac;

/**
 * Which curvature preconditions a part of the parameters.
 *
 * @param name of the layer or parameter
 * @param offset index of its first element in the flat parameter vector
 * @param size number of elements
 * @param curvature what is inverted
 */
public record CoveredParameters(String name, int offset, int size, Curvature curvature) {

    /** Kinds of blocks. */
    public enum Curvature {
        /** {@code A ⊗ S} of a dense layer, weights and biases together. */
        KRONECKER,
        /** {@code A ⊗ S} of a dense layer, with a diagonal for a factor that is too wide. */
        DIAGONAL_FACTOR,
        /** The diagonal of a dense layer's Fisher matrix. */
        DIAGONAL,
        /** A matrix with the eigenvectors of a dense layer's {@code A ⊗ S} and eigenvalues of its own. */
        EIGENVALUE_CORRECTED,
        /** {@code A ⊗ S} of a dense layer, together with those of the layers before and behind it. */
        BLOCK_TRIDIAGONAL,
        /** The exact Fisher matrix of parameters that are outputs themselves. */
        EXACT_FISHER,
        /** None: the model does not depend on these parameters, and they are left alone. */
        NONE
    }
}
