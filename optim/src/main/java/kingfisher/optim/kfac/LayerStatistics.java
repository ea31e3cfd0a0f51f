package kingfisher.optim.kfac;

import java.util.Arrays;
import java.util.Map;
import kingfisher.optim.linear.LinearOperator;
import org.jspecify.annotations.Nullable;

/** The moving averages that a layer's curvature is made of, with the batch's own numbers beside them. */
sealed interface LayerStatistics permits KroneckerStatistics, DiagonalStatistics {

    /** Takes what a batch's inputs alone decide, which needs no cotangents; once a batch. */
    void takeInputs(LayerBatch batch);

    /** Takes the rest of a batch, after its inputs; squares of cotangents of several passes add up. */
    void takeCotangents(LayerBatch batch);

    /** What of the batch is not finite, or null. */
    @Nullable
    String defect();

    /** Moves the averages towards the batch. */
    void blend(double share);

    /** Lengths of the arrays of {@link #numbersInto}. */
    int[] lengths();

    /** Writes the averages, as {@link LayerPreconditioner#decompose} takes them. */
    void numbersInto(double[][] numbers);

    /** Returns copies of the averages, as {@link LayerPreconditioner#decompose} takes them. */
    default double[][] numbers() {
        double[][] numbers = arrays(lengths());
        numbersInto(numbers);
        return numbers;
    }

    /** Returns arrays of these lengths. */
    static double[][] arrays(int[] lengths) {
        return Arrays.stream(lengths).mapToObj(double[]::new).toArray(double[][]::new);
    }

    /** Returns the curvature as it is now, without damping. */
    LinearOperator curvature();

    /** Adds the averages to a saved state, under names with this prefix. */
    void save(String prefix, Map<String, double[]> state);

    /** Reads what was saved, and returns what makes it count. */
    Runnable restoring(String prefix, SavedState state);
}
