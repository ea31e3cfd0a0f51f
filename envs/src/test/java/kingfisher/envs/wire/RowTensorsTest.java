package kingfisher.envs.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.Tensor;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.Space;
import kingfisher.envs.random.Pcg64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class RowTensorsTest {

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    /** Numbers with their bytes, as NumPy's {@code tobytes} writes them. */
    static Stream<Arguments> recordedBytes() {
        return Stream.of(
                Arguments.of(ElementType.BOOL, new double[] {0, 1}, "0001"),
                Arguments.of(ElementType.INT8, new double[] {-128, -1, 127}, "80ff7f"),
                Arguments.of(ElementType.INT16, new double[] {-32768, 258, 32767}, "00800201ff7f"),
                Arguments.of(ElementType.INT32, new double[] {-2147483648.0, 16909060}, "0000008004030201"),
                Arguments.of(
                        ElementType.INT64,
                        new double[] {-0x1p63, 9007199254740992.0, -2},
                        "00000000000000800000000000002000feffffffffffffff"),
                Arguments.of(ElementType.UINT8, new double[] {0, 128, 255}, "0080ff"),
                Arguments.of(ElementType.UINT16, new double[] {65535, 258}, "ffff0201"),
                Arguments.of(ElementType.UINT32, new double[] {4294967295.0, 16909060}, "ffffffff04030201"),
                Arguments.of(
                        ElementType.UINT64,
                        new double[] {0x1p63, 0x1.fffffffffffffp63, 3},
                        "000000000000008000f8ffffffffffff0300000000000000"),
                Arguments.of(ElementType.FLOAT16, new double[] {1.5, -INFINITY, 0x1p-24}, "003e00fc0100"),
                Arguments.of(ElementType.FLOAT32, new double[] {0.1f, -0.0, INFINITY}, "cdcccc3d000000800000807f"),
                Arguments.of(
                        ElementType.FLOAT64,
                        new double[] {0.1, -0.0, Double.MIN_VALUE},
                        "9a9999999999b93f00000000000000800100000000000000"));
    }

    @ParameterizedTest
    @MethodSource("recordedBytes")
    void numbersOfEveryTypeAreTheBytesThatNumPyWrites(ElementType type, double[] numbers, String hex) {
        RowTensors tensors = tensors(box(type, numbers.length), 1);

        Tensor written = tensors.write(numbers).get(0);
        double[] read = new double[numbers.length];
        tensors.read(List.of(written), read);

        assertThat(HexFormat.of().formatHex(written.getData().toByteArray())).isEqualTo(hex);
        assertThat(written.getShapeList()).containsExactly(1L, (long) numbers.length);
        assertThat(bits(read)).isEqualTo(bits(numbers));
    }

    @Test
    void everyPatternOfNarrowTypesComesBack() {
        for (ElementType type : List.of(
                ElementType.INT8, ElementType.UINT8, ElementType.INT16, ElementType.UINT16, ElementType.FLOAT16)) {
            int width = type == ElementType.INT8 || type == ElementType.UINT8 ? 1 : 2;
            int count = 1 << (8 * width);
            byte[] bytes = new byte[count * width];
            for (int i = 0; i < count; i++) {
                bytes[i * width] = (byte) i;
                bytes[i * width + width - 1] = (byte) (i >> (8 * (width - 1)));
            }
            RowTensors tensors = tensors(box(type, count), 1);
            Tensor message = tensors.write(new double[count]).get(0).toBuilder()
                    .setData(ByteString.copyFrom(bytes))
                    .build();
            double[] numbers = new double[count];
            tensors.read(List.of(message), numbers);

            byte[] again = tensors.write(numbers).get(0).getData().toByteArray();

            for (int i = 0; i < count; i++) {
                if (!Double.isNaN(numbers[i])) { // of the patterns of NaN one is written
                    assertThat(Arrays.copyOfRange(again, i * width, (i + 1) * width))
                            .as("%s %x", type, i)
                            .isEqualTo(Arrays.copyOfRange(bytes, i * width, (i + 1) * width));
                }
            }
        }
    }

    @Test
    void unsignedNumbersOf64BitsAreRoundedOnce() {
        RowTensors tensors = tensors(box(ElementType.UINT64, 1), 1);
        Pcg64 generator = new Pcg64(64);
        Tensor shape = tensors.write(new double[1]).get(0);
        for (int i = 0; i < 10_000; i++) {
            long bits = (generator.nextLong() >>> (i % 3)) | (i % 5 == 0 ? 1L << 63 : 0);
            double[] read = new double[1];
            tensors.read(
                    List.of(shape.toBuilder()
                            .setData(ByteString.copyFrom(ByteBuffer.allocate(8)
                                    .order(ByteOrder.LITTLE_ENDIAN)
                                    .putLong(bits)
                                    .array()))
                            .build()),
                    read);
            assertThat(read[0])
                    .as(Long.toUnsignedString(bits))
                    .isEqualTo(new BigInteger(Long.toUnsignedString(bits)).doubleValue());
            assertThat(new BigDecimal(read[0]).toBigInteger().bitLength()).isLessThanOrEqualTo(65);
        }
    }

    @Test
    void theLeavesOfARowLieBesideEachOther() {
        RowTensors tensors = tensors(mixed(), 2);
        double[] rows = {1.5, 2.5, 7, 0, 1, 1, -1.5, -2.5, 8, 1, 0, 0};

        List<Tensor> messages = tensors.write(rows);
        double[] read = new double[rows.length];
        tensors.read(messages, read);

        assertThat(messages).hasSize(3);
        assertThat(messages.get(0).getShapeList()).containsExactly(2L, 2L);
        assertThat(messages.get(0).getData().toByteArray()).hasSize(2 * 2 * 4);
        assertThat(messages.get(1).getShapeList()).containsExactly(2L);
        assertThat(messages.get(1).getData().toByteArray())
                .containsExactly(7, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0);
        assertThat(messages.get(2).getData().toByteArray()).containsExactly(0, 1, 1, 1, 0, 0);
        assertThat(read).isEqualTo(rows);
    }

    @Test
    void someRowsOfAMatrixAreWrittenAndReadInPlace() {
        SpaceLayout layout = SpaceLayout.read(SpaceWriter.write(mixed()), "the space");
        RowTensors middle = new RowTensors(layout, "observation", 1, 2);
        double[] rows = new double[4 * 6];
        for (int row = 0; row < 4; row++) {
            rows[row * 6] = row;
            rows[row * 6 + 2] = 7;
        }

        double[] read = new double[rows.length];
        middle.read(middle.write(rows), read);
        assertThat(Arrays.copyOfRange(read, 6, 18)).isEqualTo(Arrays.copyOfRange(rows, 6, 18));
        assertThat(read[2] + read[20]).isZero();

        List<Tensor> chosen = middle.write(rows, new int[] {3, 0});
        assertThat(chosen.get(1).getShapeList()).containsExactly(2L);
        middle.read(chosen, read, new int[] {0, 3, -1}, 2);
        assertThat(read[0]).isEqualTo(3);
        assertThat(read[18]).isZero();
        assertThat(read[20]).isEqualTo(7);
    }

    @Test
    void aNumberThatTheTypeDoesNotHaveIsRefused() {
        for (double wrong : new double[] {0.5, -1, 256, Double.NaN, INFINITY}) {
            assertThatThrownBy(() -> tensors(box(ElementType.UINT8, 2), 1).write(new double[] {1, wrong}))
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageContaining("observation of environment 0 is " + wrong)
                    .hasMessageContaining("uint8");
        }
        assertThatThrownBy(() -> tensors(new DiscreteSpace(3), 2).write(new double[] {1, 1.5}))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("observation of environment 1 is 1.5")
                .hasMessageContaining("Discrete(3)");
    }

    @Test
    void anActionIsFiniteAndInItsDiscreteSpace() {
        RowTensors mixed = tensors(mixed(), 2);
        double[] rows = {1.5, 2.5, 7, 0, 1, 1, -1.5, 99, 8, 1, 0, 0};

        assertThat(mixed.writeChecked(rows)).isEqualTo(mixed.write(rows));
        rows[7] = INFINITY;
        assertThatThrownBy(() -> mixed.writeChecked(rows))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the observation position of environment 1 has the number Infinity")
                .hasMessageContaining("is not finite; accepted: Box(-3.0, 3.0, (2,), float32)");
        rows[7] = 0;
        rows[8] = 9;
        assertThatThrownBy(() -> mixed.writeChecked(rows))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("the observation choice of environment 1 is [9.0], not in Discrete(9)");
    }

    @Test
    void tensorsOfAnotherFormAreRefusedWithBothForms() {
        RowTensors tensors = tensors(box(ElementType.FLOAT32, 3), 2);
        Tensor right = tensors.write(new double[6]).get(0);
        List<Tensor> wrong = new ArrayList<>(List.of(
                right.toBuilder().setType(DataType.DATA_TYPE_FLOAT64).build(),
                right.toBuilder().setTypeValue(99).build(),
                right.toBuilder().setShape(0, 1).build(),
                right.toBuilder().setShape(1, 4).build(),
                right.toBuilder().addShape(1).build(),
                right.toBuilder().clearShape().addShape(6).build(),
                right.toBuilder().setData(ByteString.copyFrom(new byte[23])).build(),
                right.toBuilder().setData(ByteString.EMPTY).build()));
        for (Tensor tensor : wrong) {
            assertThatThrownBy(() -> tensors.read(List.of(tensor), new double[6]))
                    .as(tensor.toString())
                    .isInstanceOf(UnreadableMessageException.class)
                    .hasMessageStartingWith("the observations must be float32 [2, 3] in 24 bytes, not ");
        }
        assertThatThrownBy(() -> tensors.read(List.of(), new double[6]))
                .hasMessage("the observations must be 1 tensor, not 0");
        assertThatThrownBy(() -> tensors.read(List.of(right, right), new double[6]))
                .hasMessage("the observations must be 1 tensor, not 2");
    }

    @Test
    void aDiscreteValueOutsideItsSpaceIsRefusedButNaNIsPassedOn() {
        RowTensors choices = tensors(new DiscreteSpace(3, 1), 2);
        RowTensors floats = tensors(box(ElementType.FLOAT64, 1), 1);
        double[] read = new double[1];

        assertThatThrownBy(() -> choices.read(choices.write(new double[] {1, 4}), new double[2]))
                .isInstanceOf(UnreadableMessageException.class)
                .hasMessage("the observation of environment 1 is [4.0], not in Discrete(3, start=1)");
        floats.read(floats.write(new double[] {Double.NaN}), read);
        assertThat(read[0]).isNaN();
    }

    @Test
    void aByteThatIsNoFlagIsRefused() {
        RowTensors tensors = tensors(box(ElementType.BOOL, 1), 1);
        Tensor two = tensors.write(new double[1]).get(0).toBuilder()
                .setData(ByteString.copyFrom(new byte[] {2}))
                .build();

        assertThatThrownBy(() -> tensors.read(List.of(two), new double[1]))
                .isInstanceOf(UnreadableMessageException.class)
                .hasMessage("a flag must be 0 or 1, not 2");
    }

    @Test
    void rowsBeyondWhatAnArrayHoldsAreRefusedBeforeAnythingIsAllocated() {
        SpaceLayout layout = SpaceLayout.read(SpaceWriter.write(new MultiBinarySpace(1 << 30)), "the space");

        assertThatThrownBy(() -> new RowTensors(layout, "observation", 0, 2))
                .isInstanceOf(UnreadableMessageException.class)
                .hasMessage("the observations of 2 environments have more than 2147483647 bytes");
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void readingAllocatesNothing(ElementType type) {
        CompositeSpace space = new CompositeSpace(List.of(
                new CompositeSpace.Part("numbers", box(type, 17)),
                new CompositeSpace.Part("choice", new DiscreteSpace(3))));
        RowTensors tensors = tensors(space, 16);
        List<Tensor> messages = tensors.write(new double[16 * 18]);
        double[] read = new double[16 * 18];
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        for (int trial = 0; trial < 300; trial++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 100; i++) {
                tensors.read(messages, read);
            }
            best = Math.min(best, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(best).isLessThan(100 * 16);
    }

    private static CompositeSpace mixed() {
        return new CompositeSpace(List.of(
                new CompositeSpace.Part("position", BoxSpace.uniform(2, -3, 3, ElementType.FLOAT32)),
                new CompositeSpace.Part("choice", new DiscreteSpace(9)),
                new CompositeSpace.Part("bits", new MultiBinarySpace(3))));
    }

    private static BoxSpace box(ElementType type, int size) {
        return BoxSpace.uniform(size, -INFINITY, INFINITY, type);
    }

    private static RowTensors tensors(Space space, int rows) {
        return new RowTensors(SpaceLayout.read(SpaceWriter.write(space), "the space"), "observation", 0, rows);
    }

    private static long[] bits(double[] numbers) {
        return Arrays.stream(numbers).mapToLong(Double::doubleToRawLongBits).toArray();
    }
}
