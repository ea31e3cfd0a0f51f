package kingfisher.optim.kfac;

import java.util.stream.IntStream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;

/**
 * The dot product of two vectors of parameters, in pieces side by side; allocates nothing. The pieces, and so the bits, do
 * not depend on the number of threads.
 */
final class ParallelDot {

    /** Elements of a piece: about ten microseconds of work. */
    private static final int PIECE = 1 << 14;

    private final Workers workers;
    private final Runnable[] tasks;
    private final double[] sums;

    /** The vectors are kept by reference. */
    ParallelDot(ParameterVector x, ParameterVector y, Workers workers) {
        Backend backend = x.backend();
        int size = x.values().size();
        int count = backend.isParallel() ? 1 : Math.max(1, size / PIECE);
        this.workers = workers;
        this.sums = new double[count];
        this.tasks = IntStream.range(0, count)
                .mapToObj(piece -> {
                    int first = (int) ((long) size * piece / count);
                    int length = (int) ((long) size * (piece + 1) / count) - first;
                    Matrix left = x.values().reshaped(first, 1, length);
                    Matrix right = y.values().reshaped(first, 1, length);
                    return (Runnable) () -> sums[piece] = backend.dot(left, right);
                })
                .toArray(Runnable[]::new);
    }

    /** Computes it of what the vectors hold now. */
    double compute() {
        workers.run(tasks);
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return sum;
    }
}
