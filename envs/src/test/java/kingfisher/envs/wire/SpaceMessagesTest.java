package kingfisher.envs.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.DictSpace;
import kingfisher.env.v1.Leaf;
import kingfisher.env.v1.NamedSpace;
import kingfisher.env.v1.Tensor;
import kingfisher.env.v1.TupleSpace;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SpaceMessagesTest {

    private static final String PLACE = "the observation space";

    static Stream<Space> spaces() {
        List<Space> spaces = new ArrayList<>(List.of(
                new DiscreteSpace(5),
                new DiscreteSpace(3, -7),
                new DiscreteSpace(Integer.MAX_VALUE, Integer.MIN_VALUE),
                new MultiDiscreteSpace(2, 3, 4),
                new MultiDiscreteSpace(new int[] {2, 9}, new int[] {-1, 5}),
                new MultiBinarySpace(6),
                new BoxSpace(new int[0], new double[] {-1}, new double[] {1}, ElementType.FLOAT32),
                BoxSpace.vector(
                        new double[] {Double.NEGATIVE_INFINITY, -4.8},
                        new double[] {Double.POSITIVE_INFINITY, 4.8},
                        ElementType.FLOAT32)));
        for (ElementType type : ElementType.values()) {
            double[] low = new double[6];
            double[] high = new double[6];
            Arrays.fill(low, Double.NEGATIVE_INFINITY);
            Arrays.fill(high, Double.POSITIVE_INFINITY);
            spaces.add(new BoxSpace(new int[] {2, 3}, low, high, type));
            spaces.add(BoxSpace.uniform(4, 0, 1, type));
        }
        List<CompositeSpace.Part> parts = new ArrayList<>();
        for (Space space : List.copyOf(spaces)) {
            parts.add(new CompositeSpace.Part("part/" + parts.size(), space));
        }
        spaces.add(new CompositeSpace(parts));
        return spaces.stream();
    }

    @ParameterizedTest
    @MethodSource("spaces")
    void everySpaceComesBackAsItWas(Space space) throws Exception {
        byte[] bytes = SpaceWriter.write(space).toByteArray();

        SpaceLayout layout = SpaceLayout.read(kingfisher.env.v1.Space.parseFrom(bytes), PLACE);

        assertThat(layout.space()).isEqualTo(space);
    }

    @Test
    void theLeavesOfANestedSpaceAreCalledByTheWayToThem() {
        kingfisher.env.v1.Space goal = dict(
                entry("position", SpaceWriter.write(BoxSpace.uniform(3, 0, 1, ElementType.UINT8))),
                entry("kind", SpaceWriter.write(new DiscreteSpace(4))));
        kingfisher.env.v1.Space nested = tuple(SpaceWriter.write(new MultiBinarySpace(2)), goal);

        SpaceLayout layout = SpaceLayout.read(nested, PLACE);

        assertThat(layout.space())
                .isEqualTo(new CompositeSpace(List.of(
                        new CompositeSpace.Part("0", new MultiBinarySpace(2)),
                        new CompositeSpace.Part("1/position", BoxSpace.uniform(3, 0, 1, ElementType.UINT8)),
                        new CompositeSpace.Part("1/kind", new DiscreteSpace(4)))));
        assertThat(layout.leaves())
                .containsExactly(
                        leaf(DataType.DATA_TYPE_INT8, List.of(2L), "0"),
                        leaf(DataType.DATA_TYPE_UINT8, List.of(3L), "1", "position"),
                        leaf(DataType.DATA_TYPE_INT64, List.of(), "1", "kind"));
        assertThat(layout.bytes()).isEqualTo(2 + 3 + 8);
    }

    @Test
    void aSingleLeafInATupleKeepsItsName() {
        SpaceLayout layout = SpaceLayout.read(tuple(SpaceWriter.write(new DiscreteSpace(2))), PLACE);

        assertThat(layout.space())
                .isEqualTo(new CompositeSpace(List.of(new CompositeSpace.Part("0", new DiscreteSpace(2)))));
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"DATA_TYPE_INT8", "DATA_TYPE_UINT16", "DATA_TYPE_INT32", "DATA_TYPE_UINT64"})
    void discreteSpacesOfEveryIntegerTypeAreRead(DataType type) {
        kingfisher.env.v1.Space discrete = kingfisher.env.v1.Space.newBuilder()
                .setDiscrete(
                        kingfisher.env.v1.DiscreteSpace.newBuilder().setN(3).setType(type))
                .build();

        SpaceLayout layout = SpaceLayout.read(discrete, PLACE);

        assertThat(layout.space()).isEqualTo(new DiscreteSpace(3));
        assertThat(layout.leaves()).containsExactly(leaf(type, List.of()));
    }

    @Test
    void choicesAndBitsOfSeveralDimensionsAreFlattened() {
        Tensor counts = tensor(DataType.DATA_TYPE_INT32, new byte[] {2, 0, 0, 0, 3, 0, 0, 0}, 2L, 1L);
        Tensor starts = tensor(DataType.DATA_TYPE_INT32, new byte[] {0, 0, 0, 0, -1, -1, -1, -1}, 2L, 1L);
        kingfisher.env.v1.Space choices = kingfisher.env.v1.Space.newBuilder()
                .setMultiDiscrete(kingfisher.env.v1.MultiDiscreteSpace.newBuilder()
                        .setCounts(counts)
                        .setStarts(starts))
                .build();
        kingfisher.env.v1.Space bits = bits(2, 3);

        SpaceLayout layout = SpaceLayout.read(choices, PLACE);

        assertThat(layout.space()).isEqualTo(new MultiDiscreteSpace(new int[] {2, 3}, new int[] {0, -1}));
        assertThat(layout.leaves()).containsExactly(leaf(DataType.DATA_TYPE_INT32, List.of(2L, 1L)));
        assertThat(SpaceLayout.read(bits, PLACE).space()).isEqualTo(new MultiBinarySpace(6));
        assertThat(SpaceLayout.read(bits(), PLACE).space()).isEqualTo(new MultiBinarySpace(1));
    }

    @Test
    void boundsAreWrittenAsGymnasiumMeansThem() {
        kingfisher.env.v1.BoxSpace floats = SpaceWriter.write(BoxSpace.vector(
                        new double[] {-1, Double.NEGATIVE_INFINITY}, new double[] {1, 2}, ElementType.FLOAT16))
                .getBox();
        kingfisher.env.v1.BoxSpace bytes = SpaceWriter.write(BoxSpace.uniform(1, 0, 255, ElementType.UINT8))
                .getBox();

        assertThat(floats.getBoundedBelow().toByteArray()).containsExactly(1, 0);
        assertThat(floats.getBoundedAbove().toByteArray()).containsExactly(1, 1);
        assertThat(floats.getLow().getData().toByteArray()).containsExactly(0x00, 0xbc, 0x00, 0xfc);
        assertThat(bytes.getBoundedBelow().toByteArray()).containsExactly(1);
        assertThat(bytes.getHigh().getData().toByteArray()).containsExactly(0xff);
    }

    static Stream<Arguments> refusedSpaces() {
        kingfisher.env.v1.Space none = kingfisher.env.v1.Space.getDefaultInstance();
        Tensor one = tensor(DataType.DATA_TYPE_FLOAT32, new byte[4], 1L);
        return Stream.of(
                refused(none, "is of a kind that is not known"),
                refused(tuple(), "the observation space is empty"),
                refused(dict(entry("a", tuple())), "the observation space is empty"),
                refused(dict(entry("a", none)), "part a of the observation space is of a kind that is not known"),
                refused(discrete(1L << 32, 0), "beyond the 32 bits that fit here: 4294967296"),
                refused(discrete(2, 1L << 40), "beyond the 32 bits that fit here: 1099511627776"),
                refused(discrete(0, 0), "at least 1 value: 0"),
                refused(discrete(-3, 0), "at least 1 value: -3"),
                refused(
                        kingfisher.env.v1.Space.newBuilder()
                                .setDiscrete(kingfisher.env.v1.DiscreteSpace.newBuilder()
                                        .setN(2)
                                        .setType(DataType.DATA_TYPE_FLOAT32))
                                .build(),
                        "has discrete values of type float32"),
                refused(
                        kingfisher.env.v1.Space.newBuilder()
                                .setDiscrete(kingfisher.env.v1.DiscreteSpace.newBuilder()
                                        .setN(2))
                                .build(),
                        "has no number type that is known"),
                refused(bits(0), "must have 1 … 2147483647 elements, not the shape [0]"),
                refused(bits(-1), "not the shape [-1]"),
                refused(bits(1 << 20, 1 << 20), "not the shape [1048576, 1048576]"),
                refused(bits(Long.MAX_VALUE, Long.MAX_VALUE), "not the shape"),
                refused(box(one, tensor(DataType.DATA_TYPE_FLOAT32, new byte[8], 2L), 1), "different types or shapes"),
                refused(box(one, tensor(DataType.DATA_TYPE_INT32, new byte[4], 1L), 1), "different types or shapes"),
                refused(box(one, one.toBuilder().setData(ByteString.EMPTY).build(), 1), "0 bytes for 1 numbers"),
                refused(box(one, one, 2), "bounded_below must be 1 bytes, not 2"),
                refused(box(float32(2), float32(1), 1), "bounds of element 0 must be in order: 2.0 and 1.0"),
                refused(box(float32(Float.NaN), float32(1), 1), "bounds of element 0 must be in order: NaN"),
                refused(
                        dict(entry("a", dict(entry("b", discrete(2, 0)))), entry("a/b", discrete(2, 0))),
                        "two parts of a composite space are called a/b"),
                refused(tuple(bits(Integer.MAX_VALUE), bits(2)), "more than 2147483647 elements: 2147483649"));
    }

    @ParameterizedTest
    @MethodSource("refusedSpaces")
    void aSpaceThatCannotBeHeldIsRefusedByName(kingfisher.env.v1.Space message, String expected) {
        assertThatThrownBy(() -> SpaceLayout.read(message, PLACE))
                .isInstanceOf(UnreadableMessageException.class)
                .hasMessageContaining("the observation space")
                .hasMessageContaining(expected);
    }

    private static Arguments refused(kingfisher.env.v1.Space message, String expected) {
        return Arguments.of(message, expected);
    }

    private static Leaf leaf(DataType type, List<Long> shape, String... path) {
        return Leaf.newBuilder()
                .addAllPath(List.of(path))
                .setType(type)
                .addAllShape(shape)
                .build();
    }

    private static kingfisher.env.v1.Space tuple(kingfisher.env.v1.Space... parts) {
        return kingfisher.env.v1.Space.newBuilder()
                .setTuple(TupleSpace.newBuilder().addAllSpaces(List.of(parts)))
                .build();
    }

    private static kingfisher.env.v1.Space dict(NamedSpace... entries) {
        return kingfisher.env.v1.Space.newBuilder()
                .setDict(DictSpace.newBuilder().addAllEntries(List.of(entries)))
                .build();
    }

    private static NamedSpace entry(String name, kingfisher.env.v1.Space space) {
        return NamedSpace.newBuilder().setName(name).setSpace(space).build();
    }

    private static kingfisher.env.v1.Space discrete(long n, long start) {
        return kingfisher.env.v1.Space.newBuilder()
                .setDiscrete(kingfisher.env.v1.DiscreteSpace.newBuilder()
                        .setN(n)
                        .setStart(start)
                        .setType(DataType.DATA_TYPE_INT64))
                .build();
    }

    private static kingfisher.env.v1.Space bits(long... shape) {
        return kingfisher.env.v1.Space.newBuilder()
                .setMultiBinary(kingfisher.env.v1.MultiBinarySpace.newBuilder()
                        .addAllShape(Arrays.stream(shape).boxed().toList()))
                .build();
    }

    private static kingfisher.env.v1.Space box(Tensor low, Tensor high, int flags) {
        ByteString bounded = ByteString.copyFrom(new byte[flags]);
        return kingfisher.env.v1.Space.newBuilder()
                .setBox(kingfisher.env.v1.BoxSpace.newBuilder()
                        .setLow(low)
                        .setHigh(high)
                        .setBoundedBelow(bounded)
                        .setBoundedAbove(bounded))
                .build();
    }

    private static Tensor float32(float value) {
        byte[] bytes = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array();
        return tensor(DataType.DATA_TYPE_FLOAT32, bytes, 1L);
    }

    private static Tensor tensor(DataType type, byte[] bytes, Long... shape) {
        return Tensor.newBuilder()
                .setType(type)
                .addAllShape(List.of(shape))
                .setData(ByteString.copyFrom(bytes))
                .build();
    }
}
