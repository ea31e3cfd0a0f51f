package kingfisher.optim.backend;

import static org.assertj.core.api.Assertions.assertThat;

import kingfisher.optim.Allocations;
import kingfisher.optim.backend.cpu.CpuBackend;
import org.junit.jupiter.api.Test;

final class CpuBackendTest extends BackendContract {

    @Override
    Backend create() {
        return new CpuBackend();
    }

    @Test
    void operationsOnCurvatureAllocateNothingOnceTheirTargetsHaveScratch() {
        Matrix batch = matrix(Layout.VIEW, 65, 7);
        Matrix scaled = matrix(Layout.VIEW, 65, 7);
        Matrix covariance = matrix(Layout.VIEW, 7, 7);
        Matrix factors = matrix(Layout.VIEW, 65, 1);
        Matrix eigenvalues = matrix(Layout.VIEW, 1, 7);
        long allocated = Allocations.during(1000, () -> {
            backend.scaleRows(factors, batch, scaled);
            backend.covariance(1, scaled, 0.5, covariance);
            backend.divideDamped(eigenvalues, eigenvalues, 1, covariance);
            backend.square(batch, scaled);
            backend.divideShifted(batch, 1, scaled);
        });
        assertThat(allocated).isLessThan(1000);
    }
}
