package kingfisher.optim.backend.cpu;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import kingfisher.optim.backend.openblas.OpenBlas;

/**
 * Chooses the BLAS: OpenBLAS through a binding that pins Java arrays instead of copying them, or pure Java where it can't
 * be loaded.
 */
final class Blas {

    private static final String LIBRARY_PROPERTY = "dev.ludovic.netlib.blas.nativeLibPath";

    /* Held, because a logger that nobody holds forgets its level. */
    private static final Logger BINDING_LOGGER = Logger.getLogger("dev.ludovic.netlib.blas.InstanceBuilder");

    private Blas() {}

    /** Returns the fastest BLAS that this machine can load. */
    static BLAS load() {
        try {
            Path library = OpenBlas.load();
            if (System.getProperty(LIBRARY_PROPERTY) == null) {
                System.setProperty(LIBRARY_PROPERTY, library.toString());
            }
            BINDING_LOGGER.setLevel(Level.WARNING);
            return NativeBLAS.getInstance();
        } catch (UnsatisfiedLinkError | RuntimeException cause) {
            System.getLogger(Blas.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "no native BLAS ({0}); pure Java is used, which is slower",
                            cause);
            return JavaBLAS.getInstance();
        }
    }
}
