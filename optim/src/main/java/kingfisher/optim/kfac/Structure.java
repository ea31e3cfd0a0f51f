package kingfisher.optim.kfac;

/** Which of the model's curvature the Kronecker-factored approximation F̂ keeps. */
public enum Structure {
    /** {@code A ⊗ S} for each layer, nothing between layers, equation (22). */
    BLOCK_DIAGONAL,
    /**
     * For each layer a matrix with the eigenvectors of {@code A ⊗ S} and eigenvalues that are measured in their basis, at
     * each update of the factors: nearer to the Fisher matrix than {@code A ⊗ S} in the Frobenius norm (George et al. 2018,
     * "Fast approximate natural gradient descent in a Kronecker-factored eigenbasis"). Needs {@link DampingForm#EXACT} and
     * {@link Execution#SYNCHRONOUS}.
     */
    EIGENVALUE_CORRECTED,
    /**
     * {@code A ⊗ S} for each layer and between layers that follow one another, so that F̂⁻¹ is block-tridiagonal (Martens and
     * Grosse 2015, section 4.3): twice the products and decompositions of exact damping. Needs
     * {@link DampingForm#FACTORED}, whose λ is that of the decomposition.
     */
    BLOCK_TRIDIAGONAL
}
