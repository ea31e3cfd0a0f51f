package kingfisher.experiments.curves;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** Row numbers in random order, anew in each epoch; what does not fill a batch at an epoch's end is left out of it. */
final class Batches {

    private final int[] rows;
    private final int size;
    private final UniformRandomProvider random;
    private int next;

    Batches(int count, int size, long seed) {
        if (size > count) {
            throw new IllegalArgumentException("a batch of %d rows is larger than the data, %d".formatted(size, count));
        }
        this.rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = i;
        }
        this.size = size;
        this.random = RandomSource.L64_X128_MIX.create(seed);
        this.next = count;
    }

    /** All row numbers, of which the next batch begins where {@link #advance} says. */
    int[] rows() {
        return rows;
    }

    /** Goes to the next batch, and returns where it begins. */
    int advance() {
        if (next + size > rows.length) {
            for (int i = rows.length - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int row = rows[i];
                rows[i] = rows[j];
                rows[j] = row;
            }
            next = 0;
        }
        int begin = next;
        next += size;
        return begin;
    }
}
