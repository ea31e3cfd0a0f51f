package kingfisher.envs.wire;

import java.util.ArrayList;
import java.util.List;
import kingfisher.env.v1.NamedSpace;
import kingfisher.env.v1.Tensor;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.MultiDiscreteSpace;

/** Finds the leaves of a space in a message, depth first. */
final class SpaceReader {

    private final String whole;
    private final List<SpaceLeaf> leaves = new ArrayList<>();

    /** A reader of one space; {@code whole} is what to call it in exceptions. */
    SpaceReader(String whole) {
        this.whole = whole;
    }

    /**
     * The leaves of {@code message}, at least one.
     *
     * @throws UnreadableMessageException if it is no proper space, or one that cannot be held here
     */
    List<SpaceLeaf> read(kingfisher.env.v1.Space message) {
        read(message, List.of());
        if (leaves.isEmpty()) {
            throw new UnreadableMessageException(whole + " is empty: there is nothing in it to learn from");
        }
        return List.copyOf(leaves);
    }

    private void read(kingfisher.env.v1.Space message, List<String> path) {
        switch (message.getKindCase()) {
            case TUPLE -> {
                int index = 0;
                for (kingfisher.env.v1.Space part : message.getTuple().getSpacesList()) {
                    read(part, within(path, Integer.toString(index)));
                    index++;
                }
            }
            case DICT -> {
                for (NamedSpace entry : message.getDict().getEntriesList()) {
                    read(entry.getSpace(), within(path, entry.getName()));
                }
            }
            case KIND_NOT_SET -> throw new UnreadableMessageException(place(path) + " is of a kind that is not known");
            default -> leaves.add(leaf(message, path));
        }
    }

    private SpaceLeaf leaf(kingfisher.env.v1.Space message, List<String> path) {
        try {
            return switch (message.getKindCase()) {
                case BOX -> box(message.getBox(), path);
                case DISCRETE -> discrete(message.getDiscrete(), path);
                case MULTI_DISCRETE -> multiDiscrete(message.getMultiDiscrete(), path);
                default -> multiBinary(message.getMultiBinary(), path);
            };
        } catch (IllegalArgumentException refused) { // by the space itself, whose text says why
            throw new UnreadableMessageException(place(path) + ": " + refused.getMessage());
        }
    }

    private SpaceLeaf box(kingfisher.env.v1.BoxSpace box, List<String> path) {
        Tensor low = box.getLow();
        ElementFormat format = ElementFormat.of(low.getType(), place(path));
        int[] shape = Shape.read(low.getShapeList(), place(path));
        requireAlike(low, box.getHigh(), path);
        int size = Shape.size(shape);
        double[] lows = numbers(low, format, size, path); // first, as nothing is allocated for bounds that did not come
        double[] highs = numbers(box.getHigh(), format, size, path);
        boolean[] bounded = new boolean[size];
        Flags.read(box.getBoundedBelow(), place(path) + ": bounded_below", bounded, 0, size);
        Flags.read(box.getBoundedAbove(), place(path) + ": bounded_above", bounded, 0, size);
        BoxSpace space = new BoxSpace(shape, lows, highs, format.type());
        return new SpaceLeaf(path, space, format, shape);
    }

    private SpaceLeaf discrete(kingfisher.env.v1.DiscreteSpace discrete, List<String> path) {
        ElementFormat format = integers(ElementFormat.of(discrete.getType(), place(path)), path);
        DiscreteSpace space = new DiscreteSpace(whole(discrete.getN(), path), whole(discrete.getStart(), path));
        return new SpaceLeaf(path, space, format, new int[0]);
    }

    private SpaceLeaf multiDiscrete(kingfisher.env.v1.MultiDiscreteSpace multi, List<String> path) {
        Tensor counts = multi.getCounts();
        ElementFormat format = integers(ElementFormat.of(counts.getType(), place(path)), path);
        int[] shape = Shape.read(counts.getShapeList(), place(path));
        requireAlike(counts, multi.getStarts(), path);
        MultiDiscreteSpace space = new MultiDiscreteSpace(
                wholes(counts, format, shape, path), wholes(multi.getStarts(), format, shape, path));
        return new SpaceLeaf(path, space, format, shape);
    }

    private SpaceLeaf multiBinary(kingfisher.env.v1.MultiBinarySpace binary, List<String> path) {
        int[] shape = Shape.read(binary.getShapeList(), place(path));
        return new SpaceLeaf(path, new MultiBinarySpace(Shape.size(shape)), ElementFormat.INT8, shape);
    }

    private void requireAlike(Tensor first, Tensor second, List<String> path) {
        if (first.getType() != second.getType() || !first.getShapeList().equals(second.getShapeList())) {
            throw new UnreadableMessageException(place(path) + " has two arrays of different types or shapes");
        }
    }

    private double[] numbers(Tensor tensor, ElementFormat format, int size, List<String> path) {
        if (tensor.getData().size() != (long) size * format.width()) {
            throw new UnreadableMessageException(place(path) + " has "
                    + tensor.getData().size() + " bytes for " + size + " numbers of type " + format.type());
        }
        double[] numbers = new double[size];
        format.read(tensor.getData().toByteArray(), 0, numbers, 0, size);
        return numbers;
    }

    private int[] wholes(Tensor tensor, ElementFormat format, int[] shape, List<String> path) {
        double[] numbers = numbers(tensor, format, Shape.size(shape), path);
        int[] wholes = new int[numbers.length];
        for (int i = 0; i < wholes.length; i++) {
            wholes[i] = whole((long) numbers[i], path);
        }
        return wholes;
    }

    private int whole(long number, List<String> path) {
        if (number != (int) number) {
            throw new UnreadableMessageException(
                    place(path) + " has discrete values beyond the 32 bits that fit here: " + number);
        }
        return (int) number;
    }

    private ElementFormat integers(ElementFormat format, List<String> path) {
        if (!format.type().isInteger() || format == ElementFormat.BOOL) {
            throw new UnreadableMessageException(place(path) + " has discrete values of type " + format.type());
        }
        return format;
    }

    private String place(List<String> path) {
        return path.isEmpty() ? whole : "part " + String.join("/", path) + " of " + whole;
    }

    private static List<String> within(List<String> path, String name) {
        List<String> longer = new ArrayList<>(path);
        longer.add(name);
        return longer;
    }
}
