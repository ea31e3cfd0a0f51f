package kingfisher.optim.backend;

import kingfisher.optim.backend.nd4j.Nd4jBackend;

final class Nd4jDoubleBackendTest extends BackendContract {

    @Override
    Backend create() {
        return new Nd4jBackend(Precision.DOUBLE);
    }
}
