package kingfisher.optim.backend;

import kingfisher.optim.backend.cpu.CpuBackend;

final class CpuBackendTest extends BackendContract {

    @Override
    Backend create() {
        return new CpuBackend();
    }
}
