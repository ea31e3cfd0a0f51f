package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products with the inverse of a large layer, which are cut into parts, against the same products of one piece. */
final class CutProductsTest {

    private static final long SEED = 20261126;
    private static final double DAMPING = 0.01;
    private static final KroneckerSettings SETTINGS =
            KroneckerSettings.defaults().withDampingForm(DampingForm.FACTORED).withPeriods(1, 1, 0);

    @ParameterizedTest
    @CsvSource({"1", "2", "3"})
    void theyAreTheProductsOfOnePiece(int threads) {
        assertSame(new Nd4jBackend(Precision.DOUBLE), threads, 1e-13);
        assertSame(new CpuBackend(), threads, 1e-6);
    }

    private static void assertSame(Backend backend, int threads, double bound) {
        SupervisedTask task = SupervisedTask.regression(backend, Activation.TANH, 7, SEED, 5, 300, 280, 2);
        try (Workers workers = new Workers(threads);
                KroneckerCurvature curvature =
                        new KroneckerCurvature(task.model, task.metrics, SETTINGS, SEED, workers)) {
            ParameterVector gradient = task.parameters.zerosLike();
            ParameterVector found = task.fixture.vector(task.fixture.uniform(task.size()));
            ParameterVector whole = task.parameters.zerosLike();
            ParameterVector other = task.parameters.zerosLike();
            task.objective.evaluate(gradient);
            curvature.advance(DAMPING, List.of());
            curvature.precondition(gradient, DAMPING, other);
            curvature.precondition(gradient, DAMPING, found);
            for (CurvatureBlock block : curvature.blocks()) {
                block.precondition(gradient, DAMPING, whole);
            }
            Dense.assertClose(task.description, task.fixture.download(found), task.fixture.download(whole), bound);
            assertThat(task.fixture.download(other)).isEqualTo(task.fixture.download(found));
            if (backend instanceof CpuBackend) {
                // two iterators, before they are compiled away; views would be more
                assertThat(Allocations.during(50, () -> curvature.precondition(gradient, DAMPING, found)) / 50)
                        .isLessThanOrEqualTo(64);
            }
        }
    }

    @Test
    void onlyLargeProductsAreCutAndByTheirRows() {
        assertThat(inverse(65, 64, false).parts()).isEqualTo(1);
        assertThat(inverse(257, 256, true).parts()).isEqualTo(1);
        InversePreconditioner large = inverse(257, 256, false);
        assertThat(large.parts()).isEqualTo(2);
        assertThat(large.firstRow(0)).isZero();
        assertThat(large.firstRow(1)).isEqualTo(128);
        assertThat(large.firstRow(2)).isEqualTo(257);
        assertThat(inverse(1025, 1024, false).parts()).isEqualTo(8);
    }

    private static InversePreconditioner inverse(int rows, int columns, boolean diagonal) {
        return new InversePreconditioner(new CpuBackend(), rows, columns, diagonal, false);
    }
}
