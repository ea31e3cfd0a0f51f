package kingfisher.optim.backend.cuda;

import org.jspecify.annotations.Nullable;

/** There is no graphics processor that {@link CudaBackend} can use, or a library is missing; the message says which. */
public final class CudaUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    CudaUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
