package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.catchThrowable;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.Stream;
import kingfisher.env.v1.BoxSpace;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.DictSpace;
import kingfisher.env.v1.DiscreteSpace;
import kingfisher.env.v1.MultiBinarySpace;
import kingfisher.env.v1.MultiDiscreteSpace;
import kingfisher.env.v1.NamedSpace;
import kingfisher.env.v1.Space;
import kingfisher.env.v1.Tensor;
import kingfisher.env.v1.TupleSpace;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.Numbers;
import kingfisher.envs.wire.SpaceLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Servers whose spaces are none, or none that this program has a form for. */
class SpaceFaultTest extends ScriptedTest {

    private static final long LARGEST = Integer.MAX_VALUE;

    static Stream<Arguments> spaces() {
        Tensor low = numbers(-1, -1);
        Tensor high = numbers(1, 1);
        ByteString bounded = ValidAnswers.flags(2, true);
        BoxSpace box = BoxSpace.newBuilder()
                .setLow(low)
                .setHigh(high)
                .setBoundedBelow(bounded)
                .setBoundedAbove(bounded)
                .build();
        return Stream.of(
                Arguments.of("is of a kind that is not known", Space.getDefaultInstance()),
                Arguments.of("part 1 of the observation space is of a kind that is not known", tuple(of(box), none())),
                Arguments.of(
                        "two arrays of different types or shapes",
                        of(box.toBuilder().setHigh(numbers(1)))),
                Arguments.of(
                        "bounds of element 0 must be in order",
                        of(box.toBuilder().setLow(numbers(2, 0)))),
                Arguments.of("bounds of element 1", of(box.toBuilder().setLow(numbers(0, Double.NaN)))),
                Arguments.of(
                        "bounded_below must be 2 bytes, not 0",
                        of(box.toBuilder().clearBoundedBelow())),
                Arguments.of(
                        "a flag must be 0 or 1, not 7",
                        of(box.toBuilder().setBoundedAbove(ByteString.copyFrom(new byte[] {7, 1})))),
                Arguments.of("has no number type that is known", of(BoxSpace.newBuilder())),
                Arguments.of("bytes for " + LARGEST + " numbers", of(shaped(box, LARGEST))),
                Arguments.of("must have 1 … 2147483647 elements", of(shaped(box, LARGEST, 2))),
                Arguments.of("must have 1 … 2147483647 elements", of(shaped(box, 0))),
                Arguments.of("must have 1 … 2147483647 elements", of(shaped(box, -2))),
                Arguments.of("a discrete space has at least 1 value: 0", discrete(0, DataType.DATA_TYPE_INT64)),
                Arguments.of("beyond the 32 bits", discrete(1L << 40, DataType.DATA_TYPE_INT64)),
                Arguments.of("discrete values of type float32", discrete(3, DataType.DATA_TYPE_FLOAT32)),
                Arguments.of("has no number type that is known", discrete(3, DataType.DATA_TYPE_UNSPECIFIED)),
                Arguments.of("discrete values of type float64", multiDiscrete(numbers(2, 3))),
                Arguments.of("must have 1 … 2147483647 elements", binary(0)),
                Arguments.of("is empty: there is nothing in it to learn from", tuple()),
                Arguments.of("is empty: there is nothing in it to learn from", tuple(tuple(), tuple())),
                Arguments.of("has more than 2147483647 elements", tuple(binary(LARGEST), binary(LARGEST))),
                Arguments.of("two parts of a composite space are called a b", dict("a\nb", of(box), "a\nb", of(box))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("spaces")
    void aSpaceThatIsNoneIsRefusedByName(String text, Space space) {
        server.atCreate(Reaction.changed(valid -> {
            var changed = valid.toBuilder();
            changed.getSpecificationBuilder().setObservationSpace(space);
            return changed.build();
        }));
        assertRefused("observation space", text);
        server.atCreate(Reaction.changed(valid -> {
            var changed = valid.toBuilder();
            changed.getSpecificationBuilder().setActionSpace(space);
            return changed.build();
        }));
        assertRefused(text.replace("observation", "action"));
    }

    @Test
    void aSpaceWhoseValuesDoNotFitIntoMessagesIsRefused() {
        Space space = binary(LARGEST);
        server.atCreate(Reaction.changed(valid -> {
            var changed = valid.toBuilder();
            changed.getSpecificationBuilder().setObservationSpace(space);
            return changed.clearObservationLeaves()
                    .addAllObservationLeaves(
                            SpaceLayout.read(space, "the space").leaves())
                    .build();
        }));

        assertRefused("values of 2147483647 bytes each of 2 environments do not fit", "open fewer");
    }

    @Test
    void namesOfPartsStayInOneLineWhereAnActionIsRefused() {
        Space space = dict("a\nb", discrete(2, DataType.DATA_TYPE_INT64), "c", binary(1));
        server.atCreate(Reaction.changed(valid -> {
            var changed = valid.toBuilder();
            changed.getSpecificationBuilder().setActionSpace(space);
            return changed.clearActionLeaves()
                    .addAllActionLeaves(SpaceLayout.read(space, "the space").leaves())
                    .build();
        }));

        try (RemoteGroup group = open()) {
            reset(group);
            assertTold(
                    InvalidInputException.class,
                    catchThrowable(() -> group.sendStep(new double[] {1, 0, 9, 0})),
                    "the action a b of environment 1 is [9.0], not in Discrete(2)");
        }
    }

    private static Tensor numbers(double... numbers) {
        return Tensor.newBuilder()
                .setType(DataType.DATA_TYPE_FLOAT64)
                .addShape(numbers.length)
                .setData(Numbers.write(numbers))
                .build();
    }

    private static BoxSpace shaped(BoxSpace box, long... shape) {
        Tensor.Builder shaped = box.getLow().toBuilder().clearShape();
        for (long length : shape) {
            shaped.addShape(length);
        }
        return box.toBuilder().setLow(shaped).setHigh(shaped).build();
    }

    private static Space none() {
        return Space.getDefaultInstance();
    }

    private static Space of(BoxSpace box) {
        return Space.newBuilder().setBox(box).build();
    }

    private static Space of(BoxSpace.Builder box) {
        return of(box.build());
    }

    private static Space discrete(long n, DataType type) {
        return Space.newBuilder()
                .setDiscrete(DiscreteSpace.newBuilder().setN(n).setType(type))
                .build();
    }

    private static Space multiDiscrete(Tensor counts) {
        return Space.newBuilder()
                .setMultiDiscrete(
                        MultiDiscreteSpace.newBuilder().setCounts(counts).setStarts(counts))
                .build();
    }

    private static Space binary(long length) {
        return Space.newBuilder()
                .setMultiBinary(MultiBinarySpace.newBuilder().addShape(length))
                .build();
    }

    private static Space tuple(Space... parts) {
        return Space.newBuilder()
                .setTuple(TupleSpace.newBuilder().addAllSpaces(List.of(parts)))
                .build();
    }

    private static Space dict(String first, Space one, String second, Space other) {
        return Space.newBuilder()
                .setDict(DictSpace.newBuilder()
                        .addEntries(NamedSpace.newBuilder().setName(first).setSpace(one))
                        .addEntries(NamedSpace.newBuilder().setName(second).setSpace(other)))
                .build();
    }
}
