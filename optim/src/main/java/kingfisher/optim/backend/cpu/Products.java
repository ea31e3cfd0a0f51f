package kingfisher.optim.backend.cpu;

import dev.ludovic.netlib.blas.BLAS;
import kingfisher.optim.backend.openblas.OpenBlas;

/**
 * Products of row-major matrices by BLAS, on the calling thread.
 *
 * <p>BLAS first packs what it multiplies, which for networks' long and narrow matrices takes about as long as to multiply.
 * OpenBLAS's kernels for AVX-512 leave that out where a product has at most {@link #UNPACKED} multiplications. So larger
 * ones are cut there, where the parts are faster than the whole (measured on a Zen 5: the gradient of 64 × 64 weights from
 * 2048 rows takes 0.6 of the time, the covariance of 64 columns 0.5, a product of 128 rows with 256 × 256 numbers 0.85).
 */
final class Products {

    /** Of OpenBLAS; the number of multiplications. */
    private static final int UNPACKED = 100 * 100 * 100;
    /** The most weights with which rows are cut. */
    private static final int CUT_FORWARD = 100 * 100;
    /** The fewest columns of the left factor that are taken at a time. */
    private static final int LEAST_INNER = 30;
    /** The most elements of a sum over rows that is cut. */
    private static final int CUT_SUM = 128 * 128;
    /** The most rows that are summed at a time: a part's sums are of one number after the other, whose errors add up. */
    private static final int SUMMED_ROWS = 512;
    /** The most columns whose covariance is computed strip by strip. */
    private static final int CUT_COVARIANCE = 384;

    private static final int STRIP = 32;
    /** The most elements of rows that all strips take before the next rows, so that they stay in a core's cache (512 KiB). */
    private static final int CACHED = 128 * 1024;

    private static final int TILE = 16;

    private final BLAS blas;
    private final boolean cut;

    Products(BLAS blas) {
        this.blas = blas;
        this.cut = OpenBlas.multipliesUnpacked();
    }

    /** {@code result ← α op(left) op(right) + β result}. */
    void multiply(
            float alpha,
            HeapMatrix left,
            boolean transposeLeft,
            HeapMatrix right,
            boolean transposeRight,
            float beta,
            HeapMatrix result) {
        int rows = result.rows();
        int columns = result.columns();
        int inner = transposeLeft ? left.rows() : left.columns();
        if (!cut || transposeRight || (long) rows * columns * inner <= UNPACKED) {
            multiplyWhole(alpha, left, transposeLeft, right, transposeRight, beta, result);
        } else if (transposeLeft && rows * columns <= CUT_SUM) {
            sumOverRows(alpha, left, 0, rows, right, 0, columns, 0, left.rows(), beta, result, 0);
        } else if (!transposeLeft && inner * columns <= CUT_FORWARD) {
            multiplyRows(alpha, left, right, beta, result);
        } else if (!transposeLeft && rows * columns <= UNPACKED / LEAST_INNER) {
            multiplyColumns(alpha, left, right, beta, result);
        } else {
            multiplyWhole(alpha, left, transposeLeft, right, false, beta, result);
        }
    }

    // BLAS counts columns first: a row-major product is the column-major product of the transposes, swapped.

    private void multiplyWhole(
            float alpha,
            HeapMatrix left,
            boolean transposeLeft,
            HeapMatrix right,
            boolean transposeRight,
            float beta,
            HeapMatrix result) {
        blas.sgemm(
                transposeRight ? "T" : "N",
                transposeLeft ? "T" : "N",
                result.columns(),
                result.rows(),
                transposeLeft ? left.rows() : left.columns(),
                alpha,
                right.data,
                right.offset,
                right.columns(),
                left.data,
                left.offset,
                left.columns(),
                beta,
                result.data,
                result.offset,
                result.columns());
    }

    /** {@code result ← α left right + β result}, some rows at a time. */
    private void multiplyRows(float alpha, HeapMatrix left, HeapMatrix right, float beta, HeapMatrix result) {
        int inner = left.columns();
        int columns = result.columns();
        int part = part(result.rows(), UNPACKED / (inner * columns));
        for (int row = 0; row < result.rows(); row += part) {
            blas.sgemm(
                    "N",
                    "N",
                    columns,
                    Math.min(part, result.rows() - row),
                    inner,
                    alpha,
                    right.data,
                    right.offset,
                    columns,
                    left.data,
                    left.offset + row * inner,
                    inner,
                    beta,
                    result.data,
                    result.offset + row * columns,
                    columns);
        }
    }

    /** {@code result ← α left right + β result}, some columns of the left factor, and rows of the right one, at a time. */
    private void multiplyColumns(float alpha, HeapMatrix left, HeapMatrix right, float beta, HeapMatrix result) {
        int inner = left.columns();
        int columns = result.columns();
        int part = part(inner, Math.min(SUMMED_ROWS, UNPACKED / (result.rows() * columns)));
        for (int first = 0; first < inner; first += part) {
            blas.sgemm(
                    "N",
                    "N",
                    columns,
                    result.rows(),
                    Math.min(part, inner - first),
                    alpha,
                    right.data,
                    right.offset + first * columns,
                    columns,
                    left.data,
                    left.offset + first,
                    inner,
                    first == 0 ? beta : 1,
                    result.data,
                    result.offset,
                    columns);
        }
    }

    /**
     * Adds {@code leftᵀ right} of some columns of both up, some rows at a time.
     *
     * @param firstRow the first of the rows that are summed
     * @param end the row behind the last
     * @param at where in the result, from its beginning, the block begins
     */
    private void sumOverRows(
            float alpha,
            HeapMatrix left,
            int leftColumn,
            int rows,
            HeapMatrix right,
            int rightColumn,
            int columns,
            int firstRow,
            int end,
            float beta,
            HeapMatrix result,
            int at) {
        int part = part(end - firstRow, Math.min(SUMMED_ROWS, UNPACKED / (rows * columns)));
        for (int row = firstRow; row < end; row += part) {
            blas.sgemm(
                    "N",
                    "T",
                    columns,
                    rows,
                    Math.min(part, end - row),
                    alpha,
                    right.data,
                    right.offset + row * right.columns() + rightColumn,
                    right.columns(),
                    left.data,
                    left.offset + row * left.columns() + leftColumn,
                    left.columns(),
                    row == firstRow ? beta : 1,
                    result.data,
                    result.offset + at,
                    result.columns());
        }
    }

    /** How many of the rows to take at a time, at most so many. */
    private static int part(int rows, int most) {
        int parts = (rows + most - 1) / most;
        return (rows + parts - 1) / parts;
    }

    /**
     * {@code result ← α batchᵀ batch + β result}, symmetric in every bit.
     *
     * <p>One triangle is less work than a general product, and that product would not be symmetric in the last bits.
     */
    void covariance(float alpha, HeapMatrix batch, float beta, HeapMatrix result) {
        int columns = batch.columns();
        if (cut && columns <= CUT_COVARIANCE) {
            int rows = batch.rows();
            int most = CACHED / columns;
            for (int row = 0; row < rows; row += most) {
                addTriangle(alpha, batch, row, Math.min(rows, row + most), row == 0 ? beta : 1, result);
            }
        } else {
            // the lower triangle where columns are counted first is the upper one here
            blas.ssyrk(
                    "L",
                    "N",
                    columns,
                    batch.rows(),
                    alpha,
                    batch.data,
                    batch.offset,
                    columns,
                    beta,
                    result.data,
                    result.offset,
                    columns);
        }
        mirrorUpperTriangle(result.data, result.offset, columns);
    }

    /** Adds the upper triangle of some rows' squares, strip by strip. */
    private void addTriangle(float alpha, HeapMatrix batch, int firstRow, int end, float beta, HeapMatrix result) {
        int columns = batch.columns();
        for (int first = 0; first < columns; first += STRIP) {
            int strip = Math.min(STRIP, columns - first);
            int at = first * columns + first;
            sumOverRows(alpha, batch, first, strip, batch, first, columns - first, firstRow, end, beta, result, at);
        }
    }

    /** Copies tile by tile: the columns that are read stay in the cache until all their rows have been written. */
    private static void mirrorUpperTriangle(float[] data, int offset, int size) {
        for (int left = 0; left < size; left += TILE) {
            for (int row = left + 1; row < size; row++) {
                mirror(data, offset, size, row, left, Math.min(row, left + TILE));
            }
        }
    }

    private static void mirror(float[] data, int offset, int size, int row, int from, int to) {
        for (int column = from; column < to; column++) {
            data[offset + row * size + column] = data[offset + column * size + row];
        }
    }
}
