package kingfisher.agents.train;

import java.util.List;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;

/** The backends that a run can compute on, by name. */
public final class Backends {

    /** The backend of a run that names none. */
    public static final String DEFAULT = "cpu";

    /** The names that {@link #create} takes. */
    public static final List<String> NAMES = List.of(DEFAULT, "nd4j");

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
     * @throws InvalidInputException if there is no such backend
     */
    public static Backend create(String name) {
        check(name);
        return name.equals(DEFAULT) ? new CpuBackend() : new Nd4jBackend(Precision.FLOAT);
    }
}
