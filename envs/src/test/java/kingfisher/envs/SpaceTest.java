package kingfisher.envs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import kingfisher.envs.random.Pcg64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvFileSource;

class SpaceTest {

    private static final double INFINITY = Double.POSITIVE_INFINITY;
    private static final BoxSpace BOX =
            BoxSpace.vector(new double[] {-4.8, -INFINITY}, new double[] {4.8, INFINITY}, ElementType.FLOAT32);

    @Test
    void aDiscreteSpaceHoldsItsWholeNumbersOnly() {
        DiscreteSpace space = new DiscreteSpace(3, -1);

        assertThat(List.of(-1.0, 0.0, 1.0)).allMatch(value -> space.contains(new double[] {value}));
        assertThat(List.of(-2.0, 2.0, 0.5, Double.NaN, INFINITY))
                .noneMatch(value -> space.contains(new double[] {value}));
        assertThat(space.contains(new double[] {0, 0})).isFalse();
        assertThat(space.contains(new double[0])).isFalse();
    }

    @Test
    void aBoxHoldsItsBoundsButNotNaN() {
        assertThat(BOX.contains(new double[] {4.8f, 1e300})).isTrue();
        assertThat(BOX.contains(new double[] {-4.8f, -INFINITY})).isTrue();
        assertThat(BOX.contains(new double[] {4.81, 0})).isFalse();
        assertThat(BOX.contains(new double[] {0, Double.NaN})).isFalse();
        assertThat(BOX.contains(new double[] {0})).isFalse();
    }

    @Test
    void aBoxOfIntegersHoldsWholeNumbersOnly() {
        BoxSpace pixels = BoxSpace.uniform(1, 0, 255, ElementType.UINT8);

        assertThat(pixels.contains(new double[] {255})).isTrue();
        assertThat(pixels.contains(new double[] {0.5})).isFalse();
    }

    @Test
    void theBoundsOfABoxAreRoundedToItsType() {
        assertThat(BOX.high()[0]).isEqualTo(4.8f).isNotEqualTo(4.8);
        assertThat(BoxSpace.uniform(1, -INFINITY, INFINITY, ElementType.UINT8).low()[0])
                .isZero();
    }

    @Test
    void aCompositeSpaceHoldsOnePartAfterTheOther() {
        CompositeSpace space = new CompositeSpace(List.of(
                new CompositeSpace.Part("position", BoxSpace.uniform(2, 0, 1, ElementType.FLOAT64)),
                new CompositeSpace.Part("goal", new DiscreteSpace(3, 5))));

        assertThat(space.size()).isEqualTo(3);
        assertThat(space.contains(new double[] {0.5, 1, 7})).isTrue();
        assertThat(space.contains(new double[] {0.5, 1, 8})).isFalse();
        assertThat(space.contains(new double[] {0.5, 2, 7})).isFalse();
        assertThat(space.contains(new double[] {0.5, 1})).isFalse();
        assertThat(space).hasToString("Composite(position: Box(0.0, 1.0, (2,), float64), goal: Discrete(3, start=5))");
        CompositeSpace.Part part = space.parts().get(0);
        assertThatThrownBy(() -> new CompositeSpace(List.of(part, part))).hasMessageContaining("position");
        assertThatThrownBy(() -> new CompositeSpace.Part("nested", space)).hasMessageContaining("nested");
        assertThatThrownBy(() -> new CompositeSpace(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void multiDiscreteAndMultiBinarySpacesCheckEachElement() {
        MultiDiscreteSpace choices = new MultiDiscreteSpace(new int[] {2, 3}, new int[] {0, 5});

        assertThat(choices.contains(new double[] {1, 7})).isTrue();
        assertThat(choices.contains(new double[] {1, 4})).isFalse();
        assertThat(choices.contains(new double[] {2, 5})).isFalse();
        assertThat(choices.contains(new double[] {1})).isFalse();
        assertThat(new MultiBinarySpace(2).contains(new double[] {0, 1})).isTrue();
        assertThat(new MultiBinarySpace(2).contains(new double[] {0, 2})).isFalse();
        assertThat(new MultiBinarySpace(2).contains(new double[] {0})).isFalse();
    }

    @Test
    void sizesAreTheNumbersOfOneElement() {
        assertThat(new DiscreteSpace(9).size()).isEqualTo(1);
        assertThat(new BoxSpace(new int[] {2, 3}, new double[6], new double[6], ElementType.FLOAT64).size())
                .isEqualTo(6);
        assertThat(new MultiDiscreteSpace(4, 5).size()).isEqualTo(2);
        assertThat(new MultiBinarySpace(7).size()).isEqualTo(7);
    }

    @Test
    void textIsThatOfGymnasium() {
        assertThat(new DiscreteSpace(2)).hasToString("Discrete(2)");
        assertThat(new DiscreteSpace(2, 1)).hasToString("Discrete(2, start=1)");
        assertThat(BoxSpace.uniform(1, -2, 2, ElementType.FLOAT32)).hasToString("Box(-2.0, 2.0, (1,), float32)");
        assertThat(BOX).hasToString("Box([-4.8 -Infinity], [4.8 Infinity], (2,), float32)");
        assertThat(new BoxSpace(new int[] {1, 2}, new double[2], new double[2], ElementType.UINT8))
                .hasToString("Box(0, 0, (1, 2), uint8)");
        assertThat(new MultiDiscreteSpace(2, 3)).hasToString("MultiDiscrete([2 3])");
        assertThat(new MultiDiscreteSpace(new int[] {2}, new int[] {1})).hasToString("MultiDiscrete([2], start=[1])");
        assertThat(new MultiBinarySpace(4)).hasToString("MultiBinary(4)");
    }

    @Test
    void arraysAreCopiedInAndOut() {
        double[] low = {-1, -1};
        BoxSpace box = new BoxSpace(new int[] {2}, low, new double[] {1, 1}, ElementType.FLOAT64);
        low[0] = -9;
        box.low()[1] = -9;
        box.high()[1] = 9;
        box.shape()[0] = 9;
        int[] counts = {2, 2};
        MultiDiscreteSpace choices = new MultiDiscreteSpace(counts, new int[2]);
        counts[0] = 9;
        choices.counts()[1] = 9;
        choices.starts()[0] = 9;

        assertThat(box).isEqualTo(BoxSpace.uniform(2, -1, 1, ElementType.FLOAT64));
        assertThat(choices).isEqualTo(new MultiDiscreteSpace(2, 2));
    }

    @Test
    void equalityLooksAtTheContents() {
        assertThat(BoxSpace.uniform(2, -1, 1, ElementType.FLOAT32))
                .isEqualTo(BoxSpace.vector(new double[] {-1, -1}, new double[] {1, 1}, ElementType.FLOAT32))
                .hasSameHashCodeAs(BoxSpace.vector(new double[] {-1, -1}, new double[] {1, 1}, ElementType.FLOAT32))
                .isNotEqualTo(BoxSpace.uniform(2, -1, 1, ElementType.FLOAT64))
                .isNotEqualTo(BoxSpace.uniform(2, -1, 2, ElementType.FLOAT32))
                .isNotEqualTo(BoxSpace.uniform(2, -2, 1, ElementType.FLOAT32))
                .isNotEqualTo(new BoxSpace(
                        new int[] {1, 2}, new double[] {-1, -1}, new double[] {1, 1}, ElementType.FLOAT32));
        assertThat(new MultiDiscreteSpace(2, 3))
                .isEqualTo(new MultiDiscreteSpace(new int[] {2, 3}, new int[2]))
                .hasSameHashCodeAs(new MultiDiscreteSpace(new int[] {2, 3}, new int[2]))
                .isNotEqualTo(new MultiDiscreteSpace(new int[] {2, 3}, new int[] {0, 1}));
    }

    @Test
    void impossibleSpacesAreRefused() {
        assertThatThrownBy(() -> new DiscreteSpace(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> new MultiBinarySpace(0)).hasMessageContaining("0");
        assertThatThrownBy(() -> new MultiDiscreteSpace(2, 0)).hasMessageContaining("[2, 0]");
        assertThatThrownBy(() -> new MultiDiscreteSpace(new int[] {2}, new int[2]))
                .hasMessageContaining("1 and 2");
        assertThatThrownBy(() -> BoxSpace.uniform(1, 1, -1, ElementType.FLOAT64))
                .hasMessageContaining("1.0 and -1.0");
        assertThatThrownBy(() -> BoxSpace.uniform(1, Double.NaN, 1, ElementType.FLOAT64))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> BoxSpace.vector(new double[1], new double[2], ElementType.FLOAT64))
                .hasMessageContaining("1 low and 2 high");
    }

    @ParameterizedTest
    @CsvFileSource(resources = "space-samples.csv", delimiter = ';', maxCharsPerColumn = 100000)
    void samplesAreThoseOfGymnasium(ArgumentsAccessor line) {
        Space space = List.of(
                        new DiscreteSpace(3),
                        new DiscreteSpace(4, -2),
                        new MultiDiscreteSpace(2, 3, 7),
                        BoxSpace.uniform(2, -1, 1, ElementType.FLOAT32),
                        BoxSpace.uniform(3, -3, 5, ElementType.FLOAT64))
                .stream()
                .filter(candidate -> candidate.toString().equals(line.getString(0)))
                .findFirst()
                .orElseThrow();
        Pcg64 generator = new Pcg64(line.getLong(1));

        for (int i = 0; i < 12; i++) {
            double[] expected = new double[space.size()];
            for (int j = 0; j < expected.length; j++) {
                expected[j] = Double.parseDouble(line.getString(2 + i * expected.length + j));
            }
            assertThat(space.sample(generator)).as("%s, sample %d", space, i).isEqualTo(expected);
        }
    }

    @Test
    void samplesAreInTheSpaceWhateverIsBounded() {
        Pcg64 generator = new Pcg64(1);
        List<Space> spaces = List.of(
                BOX,
                BoxSpace.uniform(2, 3, INFINITY, ElementType.FLOAT64),
                BoxSpace.uniform(2, -INFINITY, -3, ElementType.FLOAT64),
                BoxSpace.uniform(2, 0, 3, ElementType.UINT8),
                new MultiBinarySpace(3),
                new MultiDiscreteSpace(new int[] {2, 5}, new int[] {-1, 4}),
                new CompositeSpace(List.of(
                        new CompositeSpace.Part("a", BOX), new CompositeSpace.Part("b/0", new DiscreteSpace(3, 7)))));

        for (Space space : spaces) {
            for (int i = 0; i < 200; i++) {
                double[] sample = space.sample(generator);
                assertThat(space.contains(sample))
                        .as("%s, sample %d: %s", space, i, Arrays.toString(sample))
                        .isTrue();
            }
        }
    }
}
