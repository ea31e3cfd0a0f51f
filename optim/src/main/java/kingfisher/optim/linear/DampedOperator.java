package kingfisher.optim.linear;

/**
 * {@code C + λI}, the curvature in the damped update of equation (13).
 *
 * @param operator C
 * @param damping λ
 */
public record DampedOperator(LinearOperator operator, double damping) implements LinearOperator {

    @Override
    public int size() {
        return operator.size();
    }

    @Override
    public void apply(double[] vector, double[] product) {
        operator.apply(vector, product);
        Vectors.addScaled(damping, vector, product);
    }
}
