package kingfisher.optim.backend.openblas;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Makes OpenBLAS use its kernels for AVX2 on processors with AVX-512.
 *
 * <p>In the OpenBLAS that ND4J brings (0.3.19, of 2021) the triangular solves in double, which decompositions are made of,
 * are wrong with its kernels for Skylake-X: {@code dsyevd} of 65 rows gives other eigenvalues, and says that all went well.
 * It takes these kernels by itself on Intel's processors with AVX-512. AMD's younger ones it does not know, and takes a Zen
 * 5 for a Barcelona of 2007, whose kernels multiply at a fifth of the speed. Its libraries for products and decompositions
 * share their choice of kernels once both are loaded. OpenBLAS reads the choice from an environment variable while it is
 * being loaded, so the variable is set in this process before. One that the user has set stays.
 */
public final class KernelChoice {

    private static final String VARIABLE = "OPENBLAS_CORETYPE";
    private static final String AVX_2_KERNELS = "HASWELL";
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final Set<String> NEEDED = Set.of("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl");

    /** The part of the C library that is called. */
    interface CLibrary extends Library {

        /** Sets an environment variable; see setenv(3). */
        int setenv(String name, String value, int overwrite);
    }

    private KernelChoice() {}

    /** Settles the choice; without effect once OpenBLAS is loaded. */
    public static void settle() {
        if (System.getenv(VARIABLE) != null || !Files.isReadable(PROCESSOR)) {
            return;
        }
        try {
            if (hasWideVectors(Files.readAllLines(PROCESSOR))) {
                Native.load("c", CLibrary.class).setenv(VARIABLE, AVX_2_KERNELS, 0);
            }
        } catch (IOException | UnsatisfiedLinkError slower) {
            System.getLogger(KernelChoice.class.getName())
                    .log(System.Logger.Level.DEBUG, "OpenBLAS chooses its kernels itself", slower);
        }
    }

    /** Whether the processor described, in the form of {@code /proc/cpuinfo}, has AVX-512. */
    static boolean hasWideVectors(List<String> description) {
        Set<String> flags = new HashSet<>();
        for (String line : description) {
            if (line.startsWith("flags")) {
                flags.addAll(Arrays.asList(line.split("\\s+", -1)));
            }
        }
        return flags.containsAll(NEEDED);
    }
}
