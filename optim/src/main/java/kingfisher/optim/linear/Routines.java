package kingfisher.optim.linear;

import java.util.List;

/** The kernels that decompositions and operators are made of; all matrices are row-major. */
interface Routines {

    /** One way to compute all eigenvalues and eigenvectors. */
    interface EigenMethod {

        /**
         * Decomposes a symmetric matrix.
         *
         * @param matrix finite [n × n]; becomes the eigenvectors, as columns, if the method succeeds
         * @param values [n], become the eigenvalues in ascending order
         * @return whether the iteration came to an end
         */
        boolean decompose(int size, double[] matrix, double[] values);
    }

    /** The ways to try, in this order, for matrices of this size. */
    List<EigenMethod> eigenMethods(int size);

    /**
     * Replaces the lower triangle of a finite symmetric matrix by L with LLᵀ = matrix; what is above the diagonal stays.
     *
     * @return false if the matrix is not positive definite
     */
    boolean factor(int size, double[] matrix);

    /** Replaces L by the lower triangle of (LLᵀ)⁻¹; what is above the diagonal becomes undefined. */
    void invert(int size, double[] factor);

    /** Replaces {@code right} [n × columns] by (LLᵀ)⁻¹ right. */
    void solve(int size, double[] factor, int columns, double[] right);

    /** {@code c [rows × columns] = op(a) · op(b)} with {@code inner} terms an element; {@code op} transposes if asked to. */
    void multiply(
            int rows,
            int inner,
            int columns,
            double[] a,
            boolean transposeA,
            double[] b,
            boolean transposeB,
            double[] c);

    /** Returns the fastest routines that this machine can load; the first call loads them. */
    static Routines best() {
        return Chosen.ROUTINES;
    }

    /** Loads on first use. */
    final class Chosen {
        private static final Routines ROUTINES = LapackRoutines.load().orElseGet(JavaRoutines::new);

        private Chosen() {}
    }
}
