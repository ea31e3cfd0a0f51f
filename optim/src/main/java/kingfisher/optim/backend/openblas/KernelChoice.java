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
import java.util.function.Predicate;

/**
 * Makes OpenBLAS use kernels that are fast in products and right in decompositions, on processors with AVX-512.
 *
 * <p>The OpenBLAS that ND4J brings (0.3.19, of 2021) does not know AMD's processors that are younger and takes a Zen 5 for a
 * Barcelona of 2007. Told that it runs on a Skylake-X, it multiplies 256×64 by 64×64 in 13 µs instead of 83, and 8×64 by
 * 64×64 in 0.6 instead of 4.6. But its triangular solves in double, which decompositions are made of, are wrong with these
 * kernels: {@code dsyevd} of 65 rows gives other eigenvalues, and says that all went well. So the library that multiplies
 * is told one thing, and the one that decomposes another. OpenBLAS reads this from an environment variable while it is
 * being loaded, so the variable is set in this process before. One that the user has set stays.
 */
public final class KernelChoice {

    private static final String VARIABLE = "OPENBLAS_CORETYPE";
    private static final String AVX_512_KERNELS = "SKYLAKEX";
    private static final String AVX_2_KERNELS = "HASWELL";
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final Set<String> NEEDED = Set.of("avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl");

    /** The part of the C library that is called. */
    interface CLibrary extends Library {

        /** Sets an environment variable; see setenv(3). */
        int setenv(String name, String value, int overwrite);
    }

    private KernelChoice() {}

    /** Settles the choice for products; without effect once that library is loaded. */
    public static void settleForProducts() {
        settle(AVX_512_KERNELS, KernelChoice::isMistaken);
    }

    /** Settles the choice for decompositions; without effect once that library is loaded. */
    public static void settleForDecompositions() {
        settle(AVX_2_KERNELS, KernelChoice::hasWideVectors);
    }

    private static void settle(String kernels, Predicate<List<String>> applies) {
        if (System.getenv(VARIABLE) != null || !Files.isReadable(PROCESSOR)) {
            return;
        }
        try {
            if (applies.test(Files.readAllLines(PROCESSOR))) {
                Native.load("c", CLibrary.class).setenv(VARIABLE, kernels, 1);
            }
        } catch (IOException | UnsatisfiedLinkError slower) {
            System.getLogger(KernelChoice.class.getName())
                    .log(System.Logger.Level.DEBUG, "OpenBLAS chooses its kernels itself", slower);
        }
    }

    /** Whether OpenBLAS would take the described processor, in the form of {@code /proc/cpuinfo}, for one without AVX-512. */
    static boolean isMistaken(List<String> description) {
        return description.stream().anyMatch(line -> line.startsWith("vendor_id") && line.endsWith("AuthenticAMD"))
                && hasWideVectors(description);
    }

    /** Whether the described processor has AVX-512. */
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
