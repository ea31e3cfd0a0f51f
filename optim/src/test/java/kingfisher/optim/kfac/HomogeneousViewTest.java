package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;

final class HomogeneousViewTest {

    private static final int ROWS = 3;
    private static final int COLUMNS = 2;
    private static final int OFFSET = 1;

    private final Backend backend = new CpuBackend();
    private final ParameterVector first = vector(1);
    private final ParameterVector second = vector(2);

    private ParameterVector vector(double fill) {
        ParameterVector vector = new ParameterVector(
                backend,
                ParameterLayout.builder()
                        .add("all", 1, OFFSET + ROWS * COLUMNS + 1)
                        .build());
        backend.fill(vector.values(), fill);
        return vector;
    }

    @Test
    void itIsMadeAgainOnlyForAnotherVector() {
        HomogeneousView view = new HomogeneousView(OFFSET, ROWS, COLUMNS);
        Matrix matrix = view.of(first);
        assertThat(matrix.rows()).isEqualTo(ROWS);
        assertThat(matrix.columns()).isEqualTo(COLUMNS);
        assertThat(view.of(first)).isSameAs(matrix);
        backend.fill(view.of(second), 5);
        double[] numbers = new double[OFFSET + ROWS * COLUMNS + 1];
        backend.download(second.values(), numbers);
        assertThat(numbers).containsExactly(2, 5, 5, 5, 5, 5, 5, 2);
    }

    @Test
    void twoThreadsGetTheVectorTheyAskFor() {
        double[][] found = new double[2][1];
        HomogeneousView[] view = new HomogeneousView[1];
        Runnable[] tasks = {() -> read(view[0], first, found[0]), () -> read(view[0], second, found[1])};
        Runnable[] same = {() -> read(view[0], first, found[0]), () -> read(view[0], first, found[1])};
        try (Workers workers = new Workers(2)) {
            for (int i = 0; i < 20_000; i++) {
                view[0] = new HomogeneousView(OFFSET, ROWS, COLUMNS);
                Arrays.stream(found).forEach(each -> each[0] = 0);
                workers.run(same);
                assertThat(found).isDeepEqualTo(new double[][] {{6}, {6}});
                workers.run(tasks);
                assertThat(found).isDeepEqualTo(new double[][] {{6}, {24}});
            }
        }
    }

    private void read(HomogeneousView view, ParameterVector vector, double[] squares) {
        Matrix matrix = view.of(vector);
        squares[0] = backend.dot(matrix, matrix);
    }
}
