package kingfisher.optim.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kingfisher.optim.Allocations;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is allocated, on the host and on the graphics processor, and given back. */
@Tag("cuda")
final class CudaMemoryTest {

    @ParameterizedTest
    @EnumSource
    void operationsAllocateNothingOnTheHeap(Precision precision) {
        try (Backend backend = new CudaBackend(precision)) {
            Matrix x = backend.allocate(65, 7);
            Matrix y = backend.allocate(65, 7);
            Matrix square = backend.allocate(7, 7);
            Matrix row = backend.allocate(1, 7);
            double[] host = new double[65 * 7];
            int[] rows = new int[65];
            long allocated = Allocations.during(1000, () -> {
                backend.upload(host, x);
                backend.gatherRows(x, rows, 0, y);
                backend.multiply(1, x, true, y, false, 0, square);
                backend.covariance(1, x, 0.5, square);
                backend.activate(Activation.TANH, x, y);
                backend.sumRows(x, row);
                backend.adam(x, y, 1, y, y, 1, 0.9, 0.9, 1, 1);
                backend.dot(x, y);
                backend.download(x, host);
            });
            assertThat(allocated).isLessThan(1000);
        }
    }

    /** Without being freed, they would take 430 GB; on the heap they take nothing that would be collected by itself. */
    @Test
    void matricesThatNobodyHoldsAreFreed() {
        try (Backend backend = new CudaBackend(Precision.FLOAT)) {
            for (int i = 0; i < 400; i++) {
                backend.fill(backend.allocate(16_384, 16_384), i);
            }
        }
    }

    @Test
    void viewsKeepTheirMemory() throws InterruptedException {
        try (Backend backend = new CudaBackend(Precision.FLOAT)) {
            Matrix view = filled(backend);
            for (int i = 0; i < 10; i++) {
                System.gc();
                Thread.sleep(10);
                backend.fill(backend.allocate(1000, 1000), -1);
            }
            double[] values = new double[view.size()];
            backend.download(view, values);
            assertThat(values).containsOnly(3);
        }
    }

    private static Matrix filled(Backend backend) {
        Matrix whole = backend.allocate(1000, 1000);
        backend.fill(whole, 3);
        return whole.rowRange(500, 500);
    }

    @Test
    void moreThanThereIsIsRefusedWithTheSize() {
        try (Backend backend = new CudaBackend(Precision.DOUBLE)) {
            Matrix[] held = new Matrix[100];
            assertThatThrownBy(() -> {
                        for (int i = 0; i < held.length; i++) {
                            held[i] = backend.allocate(32_768, 32_768);
                        }
                    })
                    .isInstanceOf(CudaException.class)
                    .hasMessage("CUDA: cudaMalloc of 8589934592 bytes: out of memory");
            Matrix small = backend.allocate(1, 2);
            backend.fill(small, 2);
            assertThat(backend.dot(small, small)).isEqualTo(8);
        }
    }

    @Test
    void matricesOfAnotherBackendAreRefused() {
        try (Backend backend = new CudaBackend(Precision.FLOAT);
                Backend other = new CudaBackend(Precision.FLOAT)) {
            Matrix foreign = other.allocate(2, 2);
            Matrix own = backend.allocate(2, 2);
            assertThatThrownBy(() -> backend.copy(foreign, own)).isInstanceOf(ClassCastException.class);
            assertThatThrownBy(() -> backend.dot(own, foreign)).isInstanceOf(ClassCastException.class);
        }
    }

    @Test
    void aClosedBackendAllocatesNothing() {
        Backend backend = new CudaBackend(Precision.FLOAT);
        backend.close();
        backend.close();
        assertThatThrownBy(() -> backend.allocate(1, 1)).isInstanceOf(IllegalStateException.class);
    }
}
