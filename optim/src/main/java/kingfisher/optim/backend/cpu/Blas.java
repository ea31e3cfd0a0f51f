package kingfisher.optim.backend.cpu;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import kingfisher.optim.backend.openblas.KernelChoice;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * Chooses the BLAS: the OpenBLAS that ND4J brings, through a binding that pins Java arrays instead of copying them, or
 * pure Java where that library can't be loaded.
 */
final class Blas {

    private static final String LIBRARY_PROPERTY = "dev.ludovic.netlib.blas.nativeLibPath";
    private static final List<String> LIBRARY_NAMES =
            List.of("libopenblas_nolapack.so.0", "libopenblas_nolapack.0.dylib", "libopenblas_nolapack.dll");

    /* Held, because a logger that nobody holds forgets its level. */
    private static final Logger BINDING_LOGGER = Logger.getLogger("dev.ludovic.netlib.blas.InstanceBuilder");

    private Blas() {}

    /** Returns the fastest BLAS that this machine can load. */
    static BLAS load() {
        try {
            KernelChoice.settle();
            Path binding = Path.of(Loader.load(openblas_nolapack.class));
            for (String name : LIBRARY_NAMES) {
                Path library = binding.resolveSibling(name);
                if (Files.exists(library)) {
                    return loadNative(library);
                }
            }
        } catch (UnsatisfiedLinkError | RuntimeException cause) {
            System.getLogger(Blas.class.getName())
                    .log(
                            System.Logger.Level.WARNING,
                            "no native BLAS ({0}); pure Java is used, which is slower",
                            cause);
        }
        return JavaBLAS.getInstance();
    }

    private static BLAS loadNative(Path library) {
        if (System.getProperty(LIBRARY_PROPERTY) == null) {
            System.setProperty(LIBRARY_PROPERTY, library.toString());
        }
        BINDING_LOGGER.setLevel(Level.WARNING);
        BLAS blas = NativeBLAS.getInstance();
        // Parallelism is ours and coarse; threads inside a product of this size only cost, and change the bits.
        openblas_nolapack.blas_set_num_threads(1);
        return blas;
    }
}
