package kingfisher.optim.linear;

import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.openblas.OpenBlas;
import org.bytedeco.openblas.global.openblas;

/**
 * OpenBLAS with its LAPACK: a second library beside the one without LAPACK that the CPU backend loads, so its kernels and
 * threads are settled here once more.
 */
final class LapackRoutines implements Routines {

    private static final byte VALUES_AND_VECTORS = 'V';
    private static final byte LOWER = 'L';

    /* LAPACK counts columns first: the lower triangle of a row-major matrix is the upper one of its transpose. */
    private static final byte LOWER_AS_COLUMNS = 'U';

    /** Below this, Jacobi's method takes less than a second, so that it is worth a try when LAPACK has given up. */
    private static final int LARGEST_LAST_RESORT = 256;

    private LapackRoutines() {}

    /** Returns nothing where the library can't be loaded, or computes wrong. */
    static Optional<Routines> load() {
        try {
            OpenBlas.settleKernels();
            // Parallelism is ours and coarse; threads inside a routine only cost, and change the bits.
            openblas.blas_set_num_threads(1);
        } catch (LinkageError | RuntimeException cause) {
            return Optional.empty();
        }
        LapackRoutines routines = new LapackRoutines();
        Optional<String> defect = RoutinesCheck.defect(routines);
        defect.ifPresent(text -> System.getLogger(LapackRoutines.class.getName())
                .log(
                        System.Logger.Level.WARNING,
                        "the native LAPACK is wrong here ({0}); pure Java is used, which is slower."
                                + " %s, if it is set, may be the reason".formatted(OpenBlas.KERNELS_VARIABLE),
                        text));
        return defect.isPresent() ? Optional.empty() : Optional.of(routines);
    }

    @Override
    public List<EigenMethod> eigenMethods(int size) {
        return size > LARGEST_LAST_RESORT
                ? List.of(LapackRoutines::divideAndConquer, LapackRoutines::qr)
                : List.of(LapackRoutines::divideAndConquer, LapackRoutines::qr, Jacobi::decompose);
    }

    private static boolean divideAndConquer(int size, double[] matrix, double[] values) {
        return succeeded(
                "dsyevd",
                openblas.LAPACKE_dsyevd(
                        openblas.LAPACK_ROW_MAJOR, VALUES_AND_VECTORS, LOWER, size, matrix, size, values));
    }

    private static boolean qr(int size, double[] matrix, double[] values) {
        return succeeded(
                "dsyev",
                openblas.LAPACKE_dsyev(
                        openblas.LAPACK_ROW_MAJOR, VALUES_AND_VECTORS, LOWER, size, matrix, size, values));
    }

    @Override
    public boolean factor(int size, double[] matrix) {
        return succeeded(
                "dpotrf", openblas.LAPACKE_dpotrf(openblas.LAPACK_COL_MAJOR, LOWER_AS_COLUMNS, size, matrix, size));
    }

    @Override
    public void invert(int size, double[] factor) {
        require("dpotri", openblas.LAPACKE_dpotri(openblas.LAPACK_COL_MAJOR, LOWER_AS_COLUMNS, size, factor, size));
    }

    @Override
    public void solve(int size, double[] factor, int columns, double[] right) {
        require(
                "dpotrs",
                openblas.LAPACKE_dpotrs(openblas.LAPACK_ROW_MAJOR, LOWER, size, columns, factor, size, right, columns));
    }

    @Override
    public void multiply(
            int rows,
            int inner,
            int columns,
            double[] a,
            boolean transposeA,
            double[] b,
            boolean transposeB,
            double[] c) {
        openblas.cblas_dgemm(
                openblas.CblasRowMajor,
                transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
                transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
                rows,
                columns,
                inner,
                1,
                a,
                transposeA ? rows : inner,
                b,
                transposeB ? inner : columns,
                0,
                c,
                columns);
    }

    /** LAPACK's code is 0 for success, positive for what the matrix does not allow, negative for a wrong call. */
    private static boolean succeeded(String routine, int info) {
        if (info < 0) {
            throw new IllegalStateException(routine + " returned " + info);
        }
        return info == 0;
    }

    private static void require(String routine, int info) {
        if (!succeeded(routine, info)) {
            throw new IllegalStateException(routine + " returned " + info);
        }
    }
}
