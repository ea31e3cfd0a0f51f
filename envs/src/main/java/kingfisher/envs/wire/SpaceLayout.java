package kingfisher.envs.wire;

import java.util.List;
import kingfisher.env.v1.Leaf;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.Space;

/**
 * A space with the form in which its values travel: a tensor for each leaf, in the order in which the values have their
 * numbers.
 */
public final class SpaceLayout {

    private final List<SpaceLeaf> leaves;
    private final Space space;

    private SpaceLayout(List<SpaceLeaf> leaves, Space space) {
        this.leaves = leaves;
        this.space = space;
    }

    /**
     * Reads a space. A Tuple or Dict becomes a {@link CompositeSpace} of its leaves, each called by the way to it.
     *
     * @param message the space
     * @param name what to call it in exceptions: {@code the observation space}
     * @throws UnreadableMessageException if it is no proper space, or one that cannot be held here
     */
    public static SpaceLayout read(kingfisher.env.v1.Space message, String name) {
        List<SpaceLeaf> leaves = new SpaceReader(name).read(message);
        if (!message.hasTuple() && !message.hasDict()) {
            return new SpaceLayout(leaves, leaves.get(0).space());
        }
        try {
            CompositeSpace space = new CompositeSpace(leaves.stream()
                    .map(leaf -> new CompositeSpace.Part(leaf.name(), leaf.space()))
                    .toList());
            long size = leaves.stream().mapToLong(SpaceLeaf::size).sum();
            if (size > Integer.MAX_VALUE) {
                throw new UnreadableMessageException(name + " has more than 2147483647 elements: " + size);
            }
            return new SpaceLayout(leaves, space);
        } catch (IllegalArgumentException refused) {
            throw new UnreadableMessageException(name + ": " + refused.getMessage());
        }
    }

    /** The space itself. */
    public Space space() {
        return space;
    }

    /** What a server tells of the leaves. */
    public List<Leaf> leaves() {
        return leaves.stream().map(SpaceLeaf::message).toList();
    }

    /** The bytes of the tensors of one value, without their headers. */
    public long bytes() {
        return leaves.stream().mapToLong(SpaceLeaf::bytes).sum();
    }

    List<SpaceLeaf> spaceLeaves() {
        return leaves;
    }
}
