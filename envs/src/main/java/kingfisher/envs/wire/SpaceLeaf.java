package kingfisher.envs.wire;

import java.util.Arrays;
import java.util.List;
import kingfisher.env.v1.Leaf;
import kingfisher.env.v1.Tensor;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;

/** A space that is no composite, at its place in a whole, with the form in which its numbers travel. */
final class SpaceLeaf {

    private final List<String> path;
    private final Space space;
    private final ElementFormat format;
    private final int[] shape;

    SpaceLeaf(List<String> path, Space space, ElementFormat format, int[] shape) {
        this.path = List.copyOf(path);
        this.space = space;
        this.format = format;
        this.shape = shape.clone();
    }

    /** The way to the leaf: {@code goal/position}; empty for a whole that is a leaf itself. */
    String name() {
        return String.join("/", path);
    }

    /** The numbers that the leaf takes. */
    Space space() {
        return space;
    }

    ElementFormat format() {
        return format;
    }

    /** The numbers of one value. */
    int size() {
        return space.size();
    }

    /** The bytes of one value; a {@code long}, since nothing has been allocated for it yet. */
    long bytes() {
        return (long) size() * format.width();
    }

    /** Whether its values are choices. */
    boolean isDiscrete() {
        return space instanceof DiscreteSpace || space instanceof MultiDiscreteSpace;
    }

    /** Whether a tensor has this leaf's shape, behind a first dimension of {@code rows}. */
    boolean hasShape(Tensor tensor, int rows) {
        if (tensor.getShapeCount() != shape.length + 1 || tensor.getShape(0) != rows) {
            return false;
        }
        for (int i = 0; i < shape.length; i++) {
            if (tensor.getShape(i + 1) != shape[i]) {
                return false;
            }
        }
        return true;
    }

    /** The shape of {@code rows} values. */
    List<Long> shape(int rows) {
        int[] batched = new int[shape.length + 1];
        batched[0] = rows;
        System.arraycopy(shape, 0, batched, 1, shape.length);
        return Shape.write(batched);
    }

    Leaf message() {
        return Leaf.newBuilder()
                .addAllPath(path)
                .setType(format.message())
                .addAllShape(Shape.write(shape))
                .build();
    }

    @Override
    public String toString() {
        String place = path.isEmpty() ? "" : name() + ": ";
        return place + format.type() + " " + Arrays.toString(shape);
    }
}
