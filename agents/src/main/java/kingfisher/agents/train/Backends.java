package kingfisher.agents.train;

import java.util.List;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.cuda.CudaBackend;
import kingfisher.optim.backend.cuda.CudaException;
import kingfisher.optim.backend.cuda.CudaUnavailableException;
import kingfisher.optim.backend.nd4j.Nd4jBackend;

/** The backends that a run can compute on, by name. */
public final class Backends {

    /** The backend of a run that names none. */
    public static final String DEFAULT = "cpu";

    /** The names that {@link #create} takes. */
    public static final List<String> NAMES = List.of(DEFAULT, "nd4j", "cuda");

    private Backends() {}

    /**
     * Checks a name without loading what stands behind it.
     *
     * @throws InvalidInputException if there is no such backend
     */
    public static void check(String name) {
        if (!NAMES.contains(name)) {
            throw new InvalidInputException("backend must be one of " + String.join(", ", NAMES) + ": " + name);
        }
    }

    /**
     * Returns a new backend; the first of its kind loads native libraries.
     *
     * @throws InvalidInputException if there is no such backend, or it needs what this machine has not
     */
    public static Backend create(String name) {
        check(name);
        return switch (name) {
            case "nd4j" -> new Nd4jBackend(Precision.FLOAT);
            case "cuda" -> cuda();
            default -> new CpuBackend();
        };
    }

    /**
     * Returns a new backend on a graphics processor.
     *
     * @throws InvalidInputException if this machine has not what it needs
     */
    public static CudaBackend cuda() {
        try {
            return new CudaBackend(Precision.FLOAT);
        } catch (CudaUnavailableException | CudaException reason) {
            throw new InvalidInputException(String.valueOf(reason.getMessage()));
        }
    }
}
