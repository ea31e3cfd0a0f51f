package kingfisher.optim.kfac;

import java.util.Objects;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/** What the passes over a batch have left at a layer, for its averages; used for one batch after the other. */
final class LayerBatch {

    private @Nullable Matrix inputs;
    private @Nullable Matrix plainInputs;
    private @Nullable Matrix cotangents;
    private @Nullable Matrix roots;
    private double scale;
    private boolean firstPass;

    /**
     * Names what is there.
     *
     * @param weighted {@code √ω_b a_b} [B × M]
     * @param plain {@code a_b}; the same matrix where all rows count alike
     * @param tangents {@code √ω_b Ds_b} [B × N]
     * @param rowRoots √ω [1 × B], or null where all rows count alike
     * @param factor 1 / Σω
     */
    void set(Matrix weighted, Matrix plain, Matrix tangents, @Nullable Matrix rowRoots, double factor) {
        inputs = weighted;
        plainInputs = plain;
        cotangents = tangents;
        roots = rowRoots;
        scale = factor;
        firstPass = true;
    }

    /** Says that the cotangents are now of another pass, and the inputs taken. */
    void nextPass() {
        firstPass = false;
    }

    Matrix inputs() {
        return Objects.requireNonNull(inputs);
    }

    Matrix plainInputs() {
        return Objects.requireNonNull(plainInputs);
    }

    Matrix cotangents() {
        return Objects.requireNonNull(cotangents);
    }

    @Nullable
    Matrix roots() {
        return roots;
    }

    double scale() {
        return scale;
    }

    boolean isFirstPass() {
        return firstPass;
    }
}
