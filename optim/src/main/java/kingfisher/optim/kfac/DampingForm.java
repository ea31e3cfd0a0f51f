package kingfisher.optim.kfac;

/** How the damping λ enters the inverse of a layer's block A ⊗ S. */
public enum DampingForm {
    /**
     * {@code (A ⊗ S + λI)⁻¹} by spectral decompositions, equation (23): exact, and with the λ of the step, not of the
     * decomposition.
     */
    EXACT,
    /**
     * {@code (A + π√λ I)⁻¹ ⊗ (S + √λ/π I)⁻¹} by Cholesky decompositions, equation (24): half the products a step and a
     * cheaper decomposition, but it damps more, and keeps the λ that there was when it was decomposed.
     */
    FACTORED
}
