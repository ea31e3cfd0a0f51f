package kingfisher.optim.backend;

import kingfisher.optim.backend.cuda.CudaBackend;
import org.junit.jupiter.api.Tag;

@Tag("cuda")
final class CudaFloatBackendTest extends BackendContract {

    @Override
    Backend create() {
        return new CudaBackend(Precision.FLOAT);
    }
}
