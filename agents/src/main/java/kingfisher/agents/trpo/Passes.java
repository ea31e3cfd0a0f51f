package kingfisher.agents.trpo;

import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.parallel.Workers;

/**
 * Runs the parts of a pass over samples side by side, and with them a slice of work that has nothing to do with it. A part
 * is a few blocks, one after the other: what a pass makes of a block stays in a core's cache, and the blocks of a part use
 * the same memory for it.
 */
final class Passes {

    private static final int BLOCK = 192;
    private static final int MOST_PARTS = 16;

    private final Workers workers;
    private final Runnable slice;

    Passes(Workers workers, Runnable slice) {
        this.workers = workers;
        this.slice = slice;
    }

    /** Returns how so many samples are cut into parts. */
    static Pieces parts(Backend backend, int rows) {
        return Pieces.of(0, rows, BLOCK, backend.isParallel() ? 1 : MOST_PARTS);
    }

    /** Returns how a part is cut into blocks. */
    static Pieces blocks(Backend backend, Pieces parts, int part) {
        return Pieces.of(parts.first(part), parts.size(part), BLOCK, backend.isParallel() ? 1 : Integer.MAX_VALUE);
    }

    /** Returns the models of a part's blocks. */
    static NetworkModel[] models(Pieces blocks, PolicyValueNetwork network) {
        NetworkModel first = network.model(blocks.size(0));
        return IntStream.range(0, blocks.count())
                .mapToObj(block -> block == 0 ? first : first.borrowing(blocks.size(block)))
                .toArray(NetworkModel[]::new);
    }

    /** Returns what {@link #run} is given for a pass of so many parts. */
    Runnable[] of(int parts, IntConsumer pass) {
        Runnable[] tasks = new Runnable[parts + 1];
        tasks[0] = slice;
        for (int p = 0; p < parts; p++) {
            int part = p;
            tasks[p + 1] = () -> pass.accept(part);
        }
        return tasks;
    }

    void run(Runnable[] pass) {
        workers.run(pass);
    }
}
