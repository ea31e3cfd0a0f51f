package kingfisher.optim.kfac;

import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;

/**
 * A sum over pieces of vectors of parameters, side by side; allocates nothing. The pieces, and so the bits, do not depend on
 * the number of threads.
 */
final class ParallelSum {

    /** Elements of a piece: about ten microseconds of work. */
    private static final int PIECE = 1 << 14;

    private final Workers workers;
    private final Runnable[] tasks;
    private final double[] terms;

    /**
     * Makes a sum that is computed again and again.
     *
     * @param pieces their number, as of {@link #pieces}
     * @param term works on the pieces of one number, beside others, and returns their part of the sum
     */
    ParallelSum(int pieces, IntToDoubleFunction term, Workers workers) {
        this.workers = workers;
        this.terms = new double[pieces];
        this.tasks = IntStream.range(0, pieces)
                .mapToObj(piece -> (Runnable) () -> terms[piece] = term.applyAsDouble(piece))
                .toArray(Runnable[]::new);
    }

    /** Returns views of a vector's pieces; one of all where a backend's operations are parallel themselves. */
    static Matrix[] pieces(ParameterVector vector) {
        int size = vector.values().size();
        int count = vector.backend().isParallel() ? 1 : Math.max(1, size / PIECE);
        return IntStream.range(0, count)
                .mapToObj(piece -> {
                    int first = (int) ((long) size * piece / count);
                    int end = (int) ((long) size * (piece + 1) / count);
                    return vector.values().reshaped(first, 1, end - first);
                })
                .toArray(Matrix[]::new);
    }

    /** Works on all pieces, as they are now, and adds the terms up in their order. */
    double compute() {
        workers.run(tasks);
        double sum = 0;
        for (double term : terms) {
            sum += term;
        }
        return sum;
    }
}
