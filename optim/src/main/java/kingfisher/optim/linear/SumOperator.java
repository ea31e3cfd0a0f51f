package kingfisher.optim.linear;

/** {@code C + D}, of two operators of one size. */
public final class SumOperator implements LinearOperator {

    private final LinearOperator first;
    private final LinearOperator second;
    private final double[] scratch;

    /** Throws {@link IllegalArgumentException} if the sizes differ. */
    public SumOperator(LinearOperator first, LinearOperator second) {
        if (first.size() != second.size()) {
            throw new IllegalArgumentException(
                    "second operator: expected size %d, found %d".formatted(first.size(), second.size()));
        }
        this.first = first;
        this.second = second;
        this.scratch = new double[first.size()];
    }

    @Override
    public int size() {
        return scratch.length;
    }

    @Override
    public void apply(double[] vector, double[] product) {
        Shape.requireOperands(size(), vector, product);
        first.apply(vector, product);
        second.apply(vector, scratch);
        Vectors.addScaled(1, scratch, product);
    }
}
