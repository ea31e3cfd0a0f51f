package kingfisher.agents.trpo;

import java.util.stream.Stream;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.network.ParameterVector;

/** Adds up vectors of blocks in a fixed order: parts side by side, each of them block by block. */
final class PartSums {

    private final Backend backend;
    private final ParameterVector[] sums;
    private final ParameterVector[] addends;

    PartSums(int parts, ParameterVector shape) {
        this.backend = shape.backend();
        this.sums = vectors(parts, shape);
        this.addends = vectors(parts, shape);
    }

    private static ParameterVector[] vectors(int count, ParameterVector shape) {
        return Stream.generate(shape::zerosLike).limit(count).toArray(ParameterVector[]::new);
    }

    /** Where a block's vector is to be written. */
    ParameterVector addend(int part, int block) {
        return block == 0 ? sums[part] : addends[part];
    }

    /** Adds what was written to {@link #addend}. */
    void add(int part, int block) {
        if (block > 0) {
            backend.addScaled(1, addends[part].values(), sums[part].values());
        }
    }

    /** Once all parts are through: the sum of all blocks' vectors, until the first block of the next sum. */
    ParameterVector total() {
        for (int p = 1; p < sums.length; p++) {
            backend.addScaled(1, sums[p].values(), sums[0].values());
        }
        return sums[0];
    }
}
