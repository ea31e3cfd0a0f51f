package kingfisher.envs.wire;

import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.Tensor;
import kingfisher.envs.InvalidInputException;

/**
 * Values of one space, a row each in a flat array of doubles, as tensors and back.
 *
 * <p>Works on some rows that follow each other in a matrix [any number × size of the space], in which a row has the numbers
 * of one leaf after the other. Nothing is allocated for reading, nothing but the message for writing. Used by one thread
 * at a time.
 */
public final class RowTensors {

    private final SpaceLayout layout;
    private final String name;
    private final int size;
    private final int[] rows; // of the matrix, in the tensors' order
    private final Tensor.Builder[] builders; // type and shape are set
    private final byte[] buffer; // the largest leaf's bytes of all rows
    private final double[][] discrete; // room for a value of each leaf that is discrete

    /**
     * Tensors of the rows {@code first … first + count - 1} of a matrix.
     *
     * @param name what a value is called in exceptions: {@code observation}
     * @throws UnreadableMessageException if the rows of a leaf are more than an array holds
     */
    public RowTensors(SpaceLayout layout, String name, int first, int count) {
        this.layout = layout;
        this.name = name;
        this.size = layout.space().size();
        this.rows = IntStream.range(first, first + count).toArray();
        long largest =
                layout.spaceLeaves().stream().mapToLong(SpaceLeaf::bytes).max().orElseThrow();
        if (largest > Integer.MAX_VALUE / count) {
            throw new UnreadableMessageException(
                    "the " + name + "s of " + count + " environments have more than 2147483647 bytes");
        }
        this.buffer = new byte[(int) largest * count];
        this.discrete = layout.spaceLeaves().stream()
                .map(leaf -> new double[leaf.isDiscrete() ? leaf.size() : 0])
                .toArray(double[][]::new);
        this.builders = layout.spaceLeaves().stream()
                .map(leaf ->
                        Tensor.newBuilder().setType(leaf.format().message()).addAllShape(leaf.shape(count)))
                .toArray(Tensor.Builder[]::new);
    }

    /**
     * The tensors of all rows.
     *
     * @param values the matrix; not modified
     * @throws InvalidInputException if a leaf of an integer type has a number that its type does not have
     */
    public List<Tensor> write(double[] values) {
        List<Tensor> tensors = new ArrayList<>(builders.length);
        int column = 0;
        for (int i = 0; i < builders.length; i++) {
            SpaceLeaf leaf = layout.spaceLeaves().get(i);
            byte[] bytes = bytes(leaf, column, values, rows);
            tensors.add(
                    builders[i].setData(UnsafeByteOperations.unsafeWrap(bytes)).build());
            column += leaf.size();
        }
        return tensors;
    }

    /**
     * The tensors of all rows, which are actions.
     *
     * @param values the matrix; not modified
     * @throws InvalidInputException as {@link #write(double[])}, or if a number is not finite, or a discrete value not in its
     *     space
     */
    public List<Tensor> writeChecked(double[] values) {
        int column = 0;
        for (int i = 0; i < builders.length; i++) {
            SpaceLeaf leaf = layout.spaceLeaves().get(i);
            for (int row : rows) {
                requireAction(leaf, discrete[i], values, row, row * size + column);
            }
            column += leaf.size();
        }
        return write(values);
    }

    private void requireAction(SpaceLeaf leaf, double[] value, double[] values, int row, int from) {
        for (int i = from; i < from + leaf.size(); i++) {
            if (!Double.isFinite(values[i])) {
                throw refused(leaf, row, values[i], "is not finite");
            }
        }
        System.arraycopy(values, from, value, 0, value.length);
        if (leaf.isDiscrete() && !leaf.space().contains(value)) {
            throw new InvalidInputException("the " + place(leaf) + " of environment " + row + " is "
                    + Arrays.toString(value) + ", not in " + leaf.space());
        }
    }

    private InvalidInputException refused(SpaceLeaf leaf, int row, double value, String reason) {
        return new InvalidInputException("the " + place(leaf) + " of environment " + row + " has the number " + value
                + ", which " + reason + "; accepted: " + leaf.space());
    }

    /** The tensors of some rows of the matrix, as {@link #write(double[])}. */
    public List<Tensor> write(double[] values, int[] chosen) {
        List<Tensor> tensors = new ArrayList<>(builders.length);
        int column = 0;
        for (SpaceLeaf leaf : layout.spaceLeaves()) {
            tensors.add(Tensor.newBuilder()
                    .setType(leaf.format().message())
                    .addAllShape(leaf.shape(chosen.length))
                    .setData(UnsafeByteOperations.unsafeWrap(bytes(leaf, column, values, chosen)))
                    .build());
            column += leaf.size();
        }
        return tensors;
    }

    private byte[] bytes(SpaceLeaf leaf, int column, double[] values, int[] chosen) {
        ElementFormat format = leaf.format();
        byte[] bytes = new byte[(int) leaf.bytes() * chosen.length];
        int at = 0;
        for (int row : chosen) {
            int from = row * size + column;
            for (int i = from; i < from + leaf.size(); i++) {
                if (!format.holds(values[i])) {
                    throw new InvalidInputException("the " + place(leaf) + " of environment " + row + " is " + values[i]
                            + ", which " + format.type() + " does not have; accepted: " + leaf.space());
                }
                format.set(bytes, at, values[i]);
                at += format.width();
            }
        }
        return bytes;
    }

    /**
     * Reads all rows.
     *
     * @param values the matrix; its rows of these tensors are overwritten
     * @throws UnreadableMessageException if the tensors have not exactly the leaves' types and shapes, or a discrete value
     *     is not in its space
     */
    public void read(List<Tensor> tensors, double[] values) {
        read(tensors, values, rows, rows.length);
    }

    /**
     * Reads rows into some places.
     *
     * @param values the matrix; the chosen rows are overwritten
     * @param chosen the matrix's rows for the rows of the tensors; the first {@code count} are used, not more than the rows
     *     of this object
     * @throws UnreadableMessageException as {@link #read(List, double[])}
     */
    public void read(List<Tensor> tensors, double[] values, int[] chosen, int count) {
        if (tensors.size() != builders.length) {
            throw new UnreadableMessageException("the " + name + "s must be " + builders.length
                    + (builders.length == 1 ? " tensor" : " tensors") + ", not " + tensors.size());
        }
        int column = 0;
        for (int i = 0; i < builders.length; i++) {
            SpaceLeaf leaf = layout.spaceLeaves().get(i);
            read(leaf, tensors.get(i), column, values, chosen, count);
            if (leaf.isDiscrete()) {
                requireWithin(leaf, discrete[i], column, values, chosen, count);
            }
            column += leaf.size();
        }
    }

    private void read(SpaceLeaf leaf, Tensor tensor, int column, double[] values, int[] chosen, int count) {
        ElementFormat format = leaf.format();
        if (tensor.getType() != format.message()
                || !leaf.hasShape(tensor, count)
                || tensor.getData().size() != leaf.bytes() * count) {
            throw new UnreadableMessageException("the " + place(leaf) + "s must be " + format.type() + " "
                    + leaf.shape(count) + " in " + leaf.bytes() * count + " bytes, not " + found(tensor));
        }
        tensor.getData().copyTo(buffer, 0);
        int length = leaf.size();
        for (int k = 0; k < count; k++) {
            format.read(buffer, k * length * format.width(), values, chosen[k] * size + column, length);
        }
    }

    /** Discrete values index what is made of them, so that one outside the space must not get through. */
    private void requireWithin(SpaceLeaf leaf, double[] value, int column, double[] values, int[] chosen, int count) {
        for (int k = 0; k < count; k++) {
            System.arraycopy(values, chosen[k] * size + column, value, 0, value.length);
            if (!leaf.space().contains(value)) {
                throw new UnreadableMessageException("the " + place(leaf) + " of environment " + chosen[k] + " is "
                        + Arrays.toString(value) + ", not in " + leaf.space());
            }
        }
    }

    private String place(SpaceLeaf leaf) {
        return leaf.name().isEmpty() ? name : name + " " + leaf.name();
    }

    private static String found(Tensor tensor) {
        String type = tensor.getType() == DataType.UNRECOGNIZED
                ? "an unknown type"
                : tensor.getType().name().replace("DATA_TYPE_", "").toLowerCase(Locale.ROOT);
        return type + " " + tensor.getShapeList() + " in " + tensor.getData().size() + " bytes";
    }
}
