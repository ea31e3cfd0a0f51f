package kingfisher.optim.backend.cuda;

import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nvrtc;

/** Turns what CUDA's libraries return into exceptions. */
final class Status {

    private Status() {}

    static void ofRuntime(String call, int status) {
        if (status != cudart.cudaSuccess) {
            throw new CudaException(call, cudart.cudaGetErrorString(status).getString());
        }
    }

    static void ofBlas(String call, int status) {
        if (status != cublas.CUBLAS_STATUS_SUCCESS) {
            throw new CudaException(call, cublas.cublasGetStatusString(status).getString());
        }
    }

    static void ofCompiler(String call, int status) {
        if (status != nvrtc.NVRTC_SUCCESS) {
            throw new CudaException(call, nvrtc.nvrtcGetErrorString(status).getString());
        }
    }
}
