package kingfisher.optim.backend.cuda;

/** A call of CUDA failed: the memory of the graphics processor is full, say. */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CudaException(String call, String reason) {
        super("CUDA: " + call + ": " + reason);
    }
}
