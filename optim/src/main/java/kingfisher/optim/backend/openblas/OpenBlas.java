package kingfisher.optim.backend.openblas;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The OpenBLAS that every backend computes with, and the kernels that it takes.
 *
 * <p>OpenBLAS reads {@code OPENBLAS_CORETYPE} while it is loaded. Machines have that variable for programs with older
 * releases, which take a new processor for an old one, or compute wrong with AVX-512. Here it would halve the speed of
 * every product for no reason; so it does not count, and {@code KINGFISHER_OPENBLAS_CORETYPE} does in its place.
 */
public final class OpenBlas {

    /** Names the kernels to take, as OpenBLAS does: {@code HASWELL}, {@code SKYLAKEX}; not set, it takes the processor's. */
    public static final String KERNELS_VARIABLE = "KINGFISHER_OPENBLAS_CORETYPE";

    /** The kernels for AVX-512. */
    private static final Set<String> UNPACKED = Set.of("SkylakeX", "Cooperlake", "SapphireRapids");

    private static final String OWN_VARIABLE = "OPENBLAS_CORETYPE";
    private static final List<String> FILE_NAMES =
            List.of("libopenblas_nolapack.so.0", "libopenblas_nolapack.0.dylib", "libopenblas_nolapack.dll");

    /** The part of the C library that is called. */
    interface CLibrary extends Library {

        /** Sets an environment variable; see setenv(3). */
        int setenv(String name, String value, int overwrite);

        /** Removes an environment variable; see unsetenv(3). */
        int unsetenv(String name);
    }

    private OpenBlas() {}

    /** Settles the choice of kernels; without effect once OpenBLAS is loaded, and on Windows. */
    public static void settleKernels() {
        String kernels = System.getenv(KERNELS_VARIABLE);
        if (kernels == null && System.getenv(OWN_VARIABLE) == null) {
            return;
        }
        try {
            CLibrary library = Native.load("c", CLibrary.class);
            int unused = kernels == null ? library.unsetenv(OWN_VARIABLE) : library.setenv(OWN_VARIABLE, kernels, 1);
        } catch (UnsatisfiedLinkError noSuchCall) {
            System.getLogger(OpenBlas.class.getName())
                    .log(System.Logger.Level.DEBUG, OWN_VARIABLE + " counts", noSuchCall);
        }
    }

    /**
     * Loads the library for products, without LAPACK, and runs it on one thread: parallelism is ours and coarse; threads
     * inside a product of this size only cost, and change the bits.
     *
     * @return its file
     * @throws UnsatisfiedLinkError if this machine can't load it
     */
    public static Path load() {
        settleKernels();
        Path binding = Path.of(Loader.load(openblas_nolapack.class));
        openblas_nolapack.blas_set_num_threads(1);
        return FILE_NAMES.stream()
                .map(binding::resolveSibling)
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new UnsatisfiedLinkError("no library of OpenBLAS beside " + binding));
    }

    /** Returns OpenBLAS's name of the kernels in use, as in {@code Cooperlake}; nothing without OpenBLAS. Loads it. */
    public static Optional<String> kernels() {
        try {
            return Optional.of(NativeLibrary.getInstance(load().toString())
                    .getFunction("openblas_get_corename")
                    .invokeString(new Object[0], false));
        } catch (UnsatisfiedLinkError | RuntimeException notLoaded) {
            return Optional.empty();
        }
    }

    /** Whether the kernels in use multiply small matrices as they lie, without packing them first. Loads the library. */
    public static boolean multipliesUnpacked() {
        return kernels().filter(UNPACKED::contains).isPresent();
    }
}
