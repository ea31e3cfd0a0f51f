package kingfisher.envs.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.ArrayList;
import java.util.List;
import kingfisher.env.v1.Tensor;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.wire.RowTensors;
import kingfisher.envs.wire.SpaceLayout;
import kingfisher.envs.wire.UnreadableMessageException;

/** Takes the actions of N environments out of messages, checked before any environment sees one. */
final class ActionReader {

    private final Space space;
    private final List<CompositeSpace.Part> parts;
    private final int count;
    private final RowTensors tensors;
    private final List<Tensor> example; // one row that is in the space
    private final double[] actions; // [N * action size]
    private final double[] row;

    ActionReader(SpaceLayout layout, int count) {
        this.space = layout.space();
        this.parts = space instanceof CompositeSpace composite
                ? composite.parts()
                : List.of(new CompositeSpace.Part("", space));
        this.count = count;
        this.tensors = new RowTensors(layout, "action", 0, count);
        this.example = new RowTensors(layout, "action", 0, 1).write(space.sample(new Pcg64(0)));
        this.actions = new double[Math.multiplyExact(count, space.size())];
        this.row = new double[space.size()];
    }

    /**
     * Reads the actions of a request.
     *
     * @param ignored whether what a row says does not matter [N]
     * @return [N × action size], overwritten by the next call
     * @throws RequestFailedException if one is not accepted
     */
    double[] read(List<Tensor> message, boolean[] ignored) {
        try {
            tensors.read(withoutIgnored(message, ignored), actions);
        } catch (UnreadableMessageException | InvalidInputException wrong) {
            throw RequestFailedException.invalid(String.valueOf(wrong.getMessage()));
        }
        for (int n = 0; n < count; n++) {
            if (!ignored[n]) {
                check(n);
            }
        }
        return actions;
    }

    /** Puts an action of the space in the place of those that do not matter. */
    private List<Tensor> withoutIgnored(List<Tensor> message, boolean[] ignored) {
        boolean any = false;
        for (boolean one : ignored) {
            any |= one;
        }
        if (!any || message.size() != example.size()) {
            return message;
        }
        List<Tensor> replaced = new ArrayList<>();
        for (int i = 0; i < message.size(); i++) {
            ByteString data = message.get(i).getData();
            ByteString one = example.get(i).getData();
            if (data.size() == (long) count * one.size()) {
                byte[] bytes = data.toByteArray();
                for (int n = 0; n < count; n++) {
                    if (ignored[n]) {
                        one.copyTo(bytes, n * one.size());
                    }
                }
                data = UnsafeByteOperations.unsafeWrap(bytes);
            }
            replaced.add(message.get(i).toBuilder().setData(data).build());
        }
        return replaced;
    }

    /** A box's bounds are the environment's affair, as in Gymnasium; everything else must be in the space. */
    private void check(int n) {
        int from = n * space.size();
        for (CompositeSpace.Part part : parts) {
            int size = part.space().size();
            if (part.space() instanceof BoxSpace) {
                for (int i = from; i < from + size; i++) {
                    if (!Double.isFinite(actions[i])) {
                        throw refused(n, part, Double.toString(actions[i]));
                    }
                }
            } else if (!isElement(part.space(), from)) {
                throw refused(n, part, "outside");
            }
            from += size;
        }
    }

    private boolean isElement(Space part, int from) {
        if (part.size() == row.length) {
            System.arraycopy(actions, from, row, 0, row.length);
            return part.contains(row);
        }
        double[] values = new double[part.size()];
        System.arraycopy(actions, from, values, 0, values.length);
        return part.contains(values);
    }

    private static RequestFailedException refused(int n, CompositeSpace.Part part, String what) {
        String name = part.name().isEmpty() ? "" : " " + part.name();
        return RequestFailedException.invalid(
                "the action" + name + " of environment " + n + " is " + what + ": " + part.space() + " is expected");
    }
}
