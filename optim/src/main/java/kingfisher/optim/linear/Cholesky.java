package kingfisher.optim.linear;

/** The Cholesky decomposition {@code C = LLᵀ} of a symmetric positive definite matrix [n × n]; immutable. */
public final class Cholesky {

    private final Routines routines;
    private final int size;
    private final double[] factor;

    Cholesky(Routines routines, int size, double[] factor) {
        this.routines = routines;
        this.size = size;
        this.factor = factor;
    }

    /** Number of rows n. */
    public int size() {
        return size;
    }

    /** Returns a copy of L, row-major [n × n], with zeros above the diagonal. */
    public double[] factor() {
        return factor.clone();
    }

    /**
     * Solves {@code CX = B}.
     *
     * @param columns number k of right-hand sides
     * @param right B, row-major [n × k]; not modified unless it is {@code solution}
     * @param solution X, row-major [n × k]; may be the array {@code right}
     * @throws IllegalArgumentException if an array has not n · k elements
     */
    public void solve(int columns, double[] right, double[] solution) {
        Shape.requireMatrix("right", size, columns, right);
        Shape.requireMatrix("solution", size, columns, solution);
        if (right != solution) {
            System.arraycopy(right, 0, solution, 0, right.length);
        }
        routines.solve(size, factor, columns, solution);
    }

    /** Returns C⁻¹, row-major [n × n] and exactly symmetric. */
    public double[] inverse() {
        double[] inverse = factor.clone();
        routines.invert(size, inverse);
        SymmetricMatrices.mirrorLowerTriangle(size, inverse);
        return inverse;
    }

    /** {@code log det C = 2 Σ log L_ii}. */
    public double logDeterminant() {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += Math.log(factor[i * size + i]);
        }
        return 2 * sum;
    }
}
