package kingfisher.optim.linear;

/**
 * {@code sC}.
 *
 * @param operator C
 * @param scale s
 */
public record ScaledOperator(LinearOperator operator, double scale) implements LinearOperator {

    @Override
    public int size() {
        return operator.size();
    }

    @Override
    public void apply(double[] vector, double[] product) {
        operator.apply(vector, product);
        for (int i = 0; i < product.length; i++) {
            product[i] *= scale;
        }
    }
}
