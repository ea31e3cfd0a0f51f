package kingfisher.optim.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for the matrices of every backend: transfers, views, moves of rows, and refusals. */
abstract class BackendMemoryContract extends BackendFixture {

    @Test
    void newMatrixIsZero() {
        Matrix matrix = backend.allocate(65, 3);
        assertThat(matrix.rows()).isEqualTo(65);
        assertThat(matrix.columns()).isEqualTo(3);
        assertThat(values(matrix)).containsOnly(0);
    }

    @ParameterizedTest
    @EnumSource
    void transfersKeepEveryNumber(Layout layout) {
        double[] numbers = normals(7 * 3);
        numbers[0] = Double.NaN;
        numbers[4] = Double.POSITIVE_INFINITY;
        numbers[8] = Double.NEGATIVE_INFINITY;
        numbers[12] = -0.0;
        assertExactly(values(matrix(layout, 7, 3, numbers)), numbers);
    }

    @ParameterizedTest
    @EnumSource
    void transfersStrideThroughTheHostArray(Layout layout) {
        double[] host = normals(40);
        Matrix matrix = matrix(layout, 4, 3);
        backend.upload(host, 2, 9, matrix);
        double[] expected = new double[12];
        for (int i = 0; i < 12; i++) {
            expected[i] = host[2 + i / 3 * 9 + i % 3];
        }
        assertExactly(values(matrix), expected);
        double[] back = constants(40, 7);
        backend.download(matrix, back, 5, 8);
        for (int i = 0; i < 40; i++) {
            int row = (i - 5) / 8;
            int column = (i - 5) % 8;
            boolean written = i >= 5 && row < 4 && column < 3;
            assertThat(back[i]).as("element %d", i).isEqualTo(written ? expected[row * 3 + column] : 7);
        }
    }

    @Test
    void uploadRoundsToThePrecision() {
        double[] exact = {0.1, 1e-300, -1e300, 1 + 1e-12};
        double[] expected = backend.precision() == Precision.DOUBLE
                ? exact
                : Arrays.stream(exact).map(value -> (float) value).toArray();
        assertExactly(values(matrix(Layout.WHOLE, 2, 2, exact)), expected);
    }

    @Test
    void viewsShareMemory() {
        Matrix whole = backend.allocate(4, 6);
        Matrix view = whole.reshaped(5, 3, 4);
        Matrix nested = view.reshaped(2, 1, 7);
        double[] numbers = normals(24);
        backend.upload(numbers, whole);
        assertExactly(values(view), Arrays.copyOfRange(numbers, 5, 17));
        assertExactly(values(nested), Arrays.copyOfRange(numbers, 7, 14));
        backend.fill(nested, -1);
        Arrays.fill(numbers, 7, 14, -1);
        assertExactly(values(whole), numbers);
        backend.scale(2, view);
        for (int i = 5; i < 17; i++) {
            numbers[i] *= 2;
        }
        assertExactly(values(whole), numbers);
        assertExactly(values(whole.rowRange(1, 2)), Arrays.copyOfRange(numbers, 6, 18));
    }

    @Test
    void viewsOutsideTheMatrixAreRefused() {
        Matrix whole = backend.allocate(4, 6);
        Matrix view = whole.reshaped(6, 3, 4);
        assertRefused(() -> whole.reshaped(13, 3, 4), "3x4", "4x6");
        assertRefused(() -> view.reshaped(1, 3, 4), "3x4", "3x4");
        assertRefused(() -> whole.reshaped(-1, 1, 1), "1x1", "4x6");
        assertRefused(() -> whole.reshaped(0, 0, 3), "0x3", "4x6");
        assertRefused(() -> whole.rowRange(3, 2), "2x6", "4x6");
    }

    @Test
    void emptyMatricesAreRefused() {
        assertRefused(() -> backend.allocate(0, 3), "0x3");
        assertRefused(() -> backend.allocate(3, -1), "3x-1");
    }

    @ParameterizedTest
    @EnumSource
    void copyTakesEveryElement(Layout layout) {
        double[] numbers = normals(65 * 3);
        Matrix target = matrix(layout, 65, 3);
        Matrix source = matrix(layout, 65, 3, numbers);
        backend.copy(source, target);
        assertExactly(values(target), numbers);
        backend.fill(source, 3);
        assertExactly(values(target), numbers);
    }

    @ParameterizedTest
    @EnumSource
    void fillSetsEveryElement(Layout layout) {
        for (int[] shape : new int[][] {{1, 1}, {1, 7}, {7, 1}, {65, 3}}) {
            Matrix matrix = matrix(layout, shape[0], shape[1], normals(shape[0] * shape[1]));
            for (double value : new double[] {1.5, -0.25, Double.NaN, 0}) {
                backend.fill(matrix, value);
                assertExactly(values(matrix), constants(matrix.size(), value));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void gatherTakesRowsInTheOrderAsked(Layout layout) {
        double[] numbers = normals(6 * 5);
        Matrix target = matrix(layout, 4, 5);
        backend.gatherRows(matrix(layout, 6, 5, numbers), new int[] {9, 5, 0, 5, 2, 9}, 1, target);
        double[] expected = new double[20];
        int[] rows = {5, 0, 5, 2};
        for (int i = 0; i < 4; i++) {
            System.arraycopy(numbers, rows[i] * 5, expected, i * 5, 5);
        }
        assertExactly(values(target), expected);
    }

    @Test
    void gatheringARowThatIsNotThereIsRefused() {
        Matrix source = backend.allocate(6, 5);
        Matrix target = backend.allocate(2, 5);
        assertRefused(() -> backend.gatherRows(source, new int[] {0, 6}, 0, target), "row 6 of 6");
        assertRefused(() -> backend.gatherRows(source, new int[] {-1, 0}, 0, target), "row -1 of 6");
    }

    @ParameterizedTest
    @EnumSource
    void broadcastRepeatsTheRow(Layout layout) {
        for (int[] shape : new int[][] {{1, 1}, {1, 7}, {7, 1}, {65, 3}, {257, 129}}) {
            double[] row = normals(shape[1]);
            Matrix target = matrix(layout, shape[0], shape[1], constants(shape[0] * shape[1], Double.NaN));
            backend.broadcastRow(matrix(layout, 1, shape[1], row), target);
            double[] expected = new double[shape[0] * shape[1]];
            Arrays.setAll(expected, i -> row[i % shape[1]]);
            assertExactly(values(target), expected);
        }
    }

    @Test
    void shapesThatDoNotFitAreRefusedWithBothShapes() {
        Matrix x = backend.allocate(65, 3);
        Matrix y = backend.allocate(4, 2);
        assertRefused(() -> backend.copy(x, y), "65x3", "4x2");
        assertRefused(() -> backend.gatherRows(x, new int[4], 0, y), "65x3", "4x2");
        assertRefused(() -> backend.broadcastRow(backend.allocate(1, 5), y), "1x5", "1x2");
        assertRefused(() -> backend.broadcastRow(y, backend.allocate(8, 2)), "4x2", "1x2");
        assertRefused(() -> backend.sumRows(x, backend.allocate(1, 4)), "1x4", "1x3");
        assertRefused(() -> backend.addScaled(1, x, y), "65x3", "4x2");
        assertRefused(() -> backend.dot(x, y), "65x3", "4x2");
        assertRefused(() -> backend.activate(Activation.TANH, x, y), "65x3", "4x2");
        assertRefused(() -> backend.activate(Activation.IDENTITY, x, y), "65x3", "4x2");
        assertRefused(() -> backend.activateBackward(Activation.TANH, x, y, y), "65x3", "4x2");
        assertRefused(() -> backend.activateBackward(Activation.RELU, y, x, y), "65x3", "4x2");
        assertRefused(() -> backend.addActivationCurvature(Activation.TANH, y, x, x, x, x), "65x3", "4x2");
        assertRefused(() -> backend.addActivationCurvature(Activation.TANH, x, y, x, x, x), "65x3", "4x2");
        assertRefused(() -> backend.addActivationCurvature(Activation.TANH, x, x, y, x, x), "65x3", "4x2");
        assertRefused(() -> backend.addActivationCurvature(Activation.RELU, x, x, x, y, x), "65x3", "4x2");
        assertRefused(() -> backend.multiply(1, x, false, y, false, 0, x), "65x3", "4x2");
        assertRefused(() -> backend.multiply(1, x, true, x, false, 0, y), "3x3", "4x2");
        assertRefused(() -> backend.covariance(1, x, 0, y), "3x3", "4x2");
        assertRefused(() -> backend.covariance(1, x, 0, backend.allocate(65, 65)), "3x3", "65x65");
        assertRefused(() -> backend.divideDamped(y, backend.allocate(1, 3), 1, x), "4x2", "1x65");
        assertRefused(() -> backend.divideDamped(backend.allocate(1, 65), y, 1, x), "4x2", "1x3");
        assertRefused(() -> backend.divideShifted(x, 1, y), "65x3", "4x2");
        assertRefused(() -> backend.square(x, y), "65x3", "4x2");
        assertRefused(() -> backend.scaleRows(backend.allocate(65, 1), y, x), "65x3", "4x2");
        assertRefused(() -> backend.scaleRows(backend.allocate(1, 65), x, x), "1x65", "65x1");
        assertRefused(() -> backend.adam(x, y, 1, x, x, 1, 0.9, 0.9, 1, 1), "65x3", "4x2");
        assertRefused(() -> backend.adam(x, x, 1, y, x, 1, 0.9, 0.9, 1, 1), "65x3", "4x2");
        assertRefused(() -> backend.adam(x, x, 1, x, y, 1, 0.9, 0.9, 1, 1), "65x3", "4x2");
        assertRefused(() -> backend.rmsProp(x, y, 1, x, 1, 0.9, 1, true), "65x3", "4x2");
        assertRefused(() -> backend.rmsProp(x, x, 1, y, 1, 0.9, 1, true), "65x3", "4x2");
    }

    @Test
    void equalSizesInAnotherShapeAreRefused() {
        Matrix x = backend.allocate(6, 2);
        Matrix y = backend.allocate(4, 3);
        assertRefused(() -> backend.copy(x, y), "6x2", "4x3");
        assertRefused(() -> backend.addScaled(1, x, y), "6x2", "4x3");
        assertRefused(() -> backend.multiply(1, x, false, y, false, 0, x), "6x2", "4x3");
    }

    @Test
    void matricesOfAnotherKindAreRefused() {
        Matrix foreign = new Matrix() {
            @Override
            public int rows() {
                return 2;
            }

            @Override
            public int columns() {
                return 2;
            }

            @Override
            public Matrix reshaped(int offset, int rows, int columns) {
                return this;
            }
        };
        Matrix own = backend.allocate(2, 2);
        assertThatThrownBy(() -> backend.copy(foreign, own)).isInstanceOf(ClassCastException.class);
        assertThatThrownBy(() -> backend.addScaled(1, own, foreign)).isInstanceOf(ClassCastException.class);
        assertThatThrownBy(() -> backend.multiply(1, own, false, foreign, false, 0, own))
                .isInstanceOf(ClassCastException.class);
        assertThatThrownBy(() -> backend.covariance(1, foreign, 0, own)).isInstanceOf(ClassCastException.class);
        assertThatThrownBy(() -> backend.scaleRows(backend.allocate(2, 1), foreign, own))
                .isInstanceOf(ClassCastException.class);
    }

    private static void assertRefused(ThrowingCallable call, String... parts) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(parts);
    }
}
