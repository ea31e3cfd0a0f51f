package kingfisher.envs.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Arrays;
import java.util.List;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.DictSpace;
import kingfisher.env.v1.NamedSpace;
import kingfisher.env.v1.Tensor;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;

/** Makes messages of spaces. */
public final class SpaceWriter {

    private SpaceWriter() {}

    /** The message of a space; discrete values travel as INT64, a composite space as a Dict of its parts. */
    public static kingfisher.env.v1.Space write(Space space) {
        kingfisher.env.v1.Space.Builder message = kingfisher.env.v1.Space.newBuilder();
        if (space instanceof BoxSpace box) {
            message.setBox(box(box));
        } else if (space instanceof DiscreteSpace discrete) {
            message.setDiscrete(kingfisher.env.v1.DiscreteSpace.newBuilder()
                    .setN(discrete.n())
                    .setStart(discrete.start())
                    .setType(DataType.DATA_TYPE_INT64));
        } else if (space instanceof MultiDiscreteSpace multi) {
            int[] shape = {multi.counts().length};
            message.setMultiDiscrete(kingfisher.env.v1.MultiDiscreteSpace.newBuilder()
                    .setCounts(tensor(shape, widen(multi.counts()), ElementFormat.INT64))
                    .setStarts(tensor(shape, widen(multi.starts()), ElementFormat.INT64)));
        } else if (space instanceof MultiBinarySpace binary) {
            message.setMultiBinary(
                    kingfisher.env.v1.MultiBinarySpace.newBuilder().addShape(binary.n()));
        } else {
            message.setDict(dict((CompositeSpace) space));
        }
        return message.build();
    }

    private static DictSpace dict(CompositeSpace composite) {
        List<NamedSpace> entries = composite.parts().stream()
                .map(part -> NamedSpace.newBuilder()
                        .setName(part.name())
                        .setSpace(write(part.space()))
                        .build())
                .toList();
        return DictSpace.newBuilder().addAllEntries(entries).build();
    }

    private static kingfisher.env.v1.BoxSpace box(BoxSpace box) {
        ElementFormat format = ElementFormat.of(box.type());
        return kingfisher.env.v1.BoxSpace.newBuilder()
                .setLow(tensor(box.shape(), box.low(), format))
                .setHigh(tensor(box.shape(), box.high(), format))
                .setBoundedBelow(bounded(box.low(), box.type()))
                .setBoundedAbove(bounded(box.high(), box.type()))
                .build();
    }

    private static ByteString bounded(double[] bounds, ElementType type) {
        boolean[] bounded = new boolean[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            bounded[i] = type.isInteger() || !Double.isInfinite(bounds[i]);
        }
        return Flags.write(bounded);
    }

    private static Tensor tensor(int[] shape, double[] numbers, ElementFormat format) {
        byte[] bytes = new byte[Math.multiplyExact(numbers.length, format.width())];
        for (int i = 0; i < numbers.length; i++) {
            format.set(bytes, i * format.width(), numbers[i]);
        }
        return Tensor.newBuilder()
                .setType(format.message())
                .addAllShape(Shape.write(shape))
                .setData(UnsafeByteOperations.unsafeWrap(bytes))
                .build();
    }

    private static double[] widen(int[] values) {
        return Arrays.stream(values).asDoubleStream().toArray();
    }
}
