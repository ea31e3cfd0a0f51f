package kingfisher.optim.backend;

/**
 * The matrix operations that networks, optimizers and curvature are written on.
 *
 * <p>Shapes are given as rows × columns; elements are numbered in row-major order. Unless said otherwise an output
 * argument is overwritten and no input is modified. Outputs must not overlap inputs, except where an argument is named
 * as both. Every operation throws {@link IllegalArgumentException} if shapes do not fit and
 * {@link ClassCastException} if a matrix belongs to another kind of backend.
 *
 * <p>Operations may be called from several threads at once as long as no matrix is written by one thread while another
 * uses it. An operation runs on the calling thread unless the backend {@link #isParallel is parallel}, and gives the same bits
 * for the same arguments.
 */
public interface Backend extends AutoCloseable {

    /** The name by which {@code --backend} chooses this backend. */
    String name();

    /** The type in which this backend stores and computes. */
    Precision precision();

    /**
     * Whether one operation keeps the whole processor busy, so that it does not help to cut a batch into parts and work on
     * them side by side.
     */
    boolean isParallel();

    /** Returns a new matrix of zeros. */
    Matrix allocate(int rows, int columns);

    /**
     * Writes host numbers into a matrix, rounding to this backend's precision: row {@code i} of {@code target} becomes
     * {@code source[offset + i * stride], …}.
     */
    void upload(double[] source, int offset, int stride, Matrix target);

    /** Writes a matrix into host memory: row {@code i} goes to {@code target[offset + i * stride], …}. */
    void download(Matrix source, double[] target, int offset, int stride);

    /** Writes a contiguous host array into a matrix. */
    default void upload(double[] source, Matrix target) {
        upload(source, 0, target.columns(), target);
    }

    /** Writes a matrix into a contiguous host array. */
    default void download(Matrix source, double[] target) {
        download(source, target, 0, source.columns());
    }

    /** {@code target = source}; the shapes are equal. */
    void copy(Matrix source, Matrix target);

    /** Sets every element to {@code value}. */
    void fill(Matrix target, double value);

    /** Row {@code i} of {@code target} becomes row {@code rows[offset + i]} of {@code source}. */
    void gatherRows(Matrix source, int[] rows, int offset, Matrix target);

    /** Every row of {@code target} [B × N] becomes {@code row} [1 × N]. */
    void broadcastRow(Matrix row, Matrix target);

    /** {@code target [1 × N] = Σ_b source[b, :]}. */
    void sumRows(Matrix source, Matrix target);

    /**
     * {@code c = alpha · op(a) · op(b) + beta · c}, where {@code op} transposes if asked to; with {@code beta = 0} the
     * old content of {@code c} is not read.
     */
    void multiply(double alpha, Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c);

    /**
     * {@code target = alpha · batchᵀ · batch + beta · target}, symmetric bit for bit; with {@code beta = 0} the old
     * content of {@code target} is not read, else it must be symmetric.
     *
     * @param batch [B × N]
     * @param target [N × N]
     */
    void covariance(double alpha, Matrix batch, double beta, Matrix target);

    /**
     * {@code target_ij = target_ij / (left_i · right_j + damping)}: the inverse of a damped Kronecker product, in the
     * basis of its eigenvectors, whose eigenvalues are the products of the factors'.
     *
     * @param left [1 × M]
     * @param right [1 × N]
     * @param target [M × N], modified
     */
    void divideDamped(Matrix left, Matrix right, double damping, Matrix target);

    /**
     * {@code target_ij = target_ij / (divisors_ij + shift)}: the inverse of a damped diagonal matrix.
     *
     * @param divisors of the shape of {@code target}
     * @param target modified
     */
    void divideShifted(Matrix divisors, double shift, Matrix target);

    /** {@code target_ij = source_ij²}; {@code target} may be {@code source}. */
    void square(Matrix source, Matrix target);

    /**
     * {@code target[b, :] = factors_b · source[b, :]}.
     *
     * @param factors [B × 1]: row b belongs to row b of {@code source}
     * @param source [B × N]
     * @param target [B × N]; may be {@code source}
     */
    void scaleRows(Matrix factors, Matrix source, Matrix target);

    /** {@code y = alpha · x + y}; the shapes are equal. */
    void addScaled(double alpha, Matrix x, Matrix y);

    /** {@code x = alpha · x}. */
    void scale(double alpha, Matrix x);

    /** {@code Σ x ∘ y}, accumulated in double; the shapes are equal. */
    double dot(Matrix x, Matrix y);

    /** Whether no element is infinite or NaN; in double, elements whose squares overflow count as infinite. */
    default boolean isFinite(Matrix x) {
        // a sum of squares is finite only if every element is
        return Double.isFinite(dot(x, x));
    }

    /** {@code output = f(preActivation)} elementwise. */
    void activate(Activation function, Matrix preActivation, Matrix output);

    /**
     * {@code gradient = gradient ∘ f'(preActivation)} elementwise; {@code output} is {@code f(preActivation)}, from
     * which most derivatives are cheapest. Modifies {@code gradient} in place.
     */
    void activateBackward(Activation function, Matrix preActivation, Matrix output, Matrix gradient);

    /**
     * {@code target = target + gradient ∘ tangent ∘ f''(preActivation) / f'(preActivation)} elementwise: what the bend of
     * f adds to the derivative of {@link #activateBackward}'s result along a direction.
     *
     * <p>The quotient is -2y for tanh and 1 - 2y for the logistic function, with {@code y = f(preActivation)}; 1 for ELU
     * below 0; else 0. It is bounded, also where f' is so small that {@code gradient / f'} would be lost. At the kinks of
     * RELU and of ELU's derivative at 0 the second derivative is taken as 0.
     *
     * @param output {@code f(preActivation)}
     * @param gradient a result of {@link #activateBackward}: it has the factor f' already
     * @param tangent derivative of {@code preActivation} along the direction
     * @param target modified
     */
    void addActivationCurvature(
            Activation function, Matrix preActivation, Matrix output, Matrix gradient, Matrix tangent, Matrix target);

    /**
     * One step of Adam (Kingma and Ba 2015) in PyTorch's form:
     * {@code m = β₁m + (1-β₁)g}, {@code v = β₂v + (1-β₂)g²},
     * {@code w = w - rate / (1-β₁ᵗ) · m / (√v / √(1-β₂ᵗ) + ε)} with {@code g = gradientScale · gradient}.
     *
     * @param parameters w, modified
     * @param gradient not modified
     * @param first m, modified
     * @param second v, modified
     * @param step t, from 1
     */
    void adam(
            Matrix parameters,
            Matrix gradient,
            double gradientScale,
            Matrix first,
            Matrix second,
            double rate,
            double beta1,
            double beta2,
            double epsilon,
            long step);

    /**
     * One step of RMSProp: {@code v = αv + (1-α)g²}, {@code w = w - rate · g / d} with
     * {@code g = gradientScale · gradient} and {@code d = √(v + ε)} if {@code epsilonInsideRoot} (TensorFlow's form),
     * else {@code √v + ε} (PyTorch's).
     *
     * @param parameters w, modified
     * @param gradient not modified
     * @param second v, modified
     */
    void rmsProp(
            Matrix parameters,
            Matrix gradient,
            double gradientScale,
            Matrix second,
            double rate,
            double decay,
            double epsilon,
            boolean epsilonInsideRoot);

    /** Releases what the backend holds; its matrices must not be used afterwards. */
    @Override
    void close();
}
