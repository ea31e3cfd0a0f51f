package kingfisher.optim.linear;

import java.util.List;

/** Operators along a diagonal, zeros elsewhere: curvature that knows nothing across layers. */
public final class BlockDiagonalOperator implements LinearOperator {

    private final List<LinearOperator> blocks;
    private final double[][] vectors; // a block's part of the operands
    private final double[][] products;
    private final int size;

    /**
     * Puts blocks one behind the other, in their order.
     *
     * @throws IllegalArgumentException if there is none or all together are too large for an array
     */
    public BlockDiagonalOperator(List<? extends LinearOperator> blocks) {
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("blocks: expected at least 1, found 0");
        }
        this.blocks = List.copyOf(blocks);
        this.vectors =
                this.blocks.stream().map(block -> new double[block.size()]).toArray(double[][]::new);
        this.products =
                this.blocks.stream().map(block -> new double[block.size()]).toArray(double[][]::new);
        long sum = this.blocks.stream().mapToLong(LinearOperator::size).sum();
        if (sum > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "blocks: expected a size of at most %d, found %d".formatted(Integer.MAX_VALUE, sum));
        }
        this.size = (int) sum;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public void apply(double[] vector, double[] product) {
        Shape.requireOperands(size, vector, product);
        int offset = 0;
        for (int b = 0; b < vectors.length; b++) {
            int length = vectors[b].length;
            System.arraycopy(vector, offset, vectors[b], 0, length);
            blocks.get(b).apply(vectors[b], products[b]);
            System.arraycopy(products[b], 0, product, offset, length);
            offset += length;
        }
    }
}
