package kingfisher.optim.newton;

import kingfisher.optim.linear.Vectors;

/**
 * {@link Bfgs} from the last m steps alone, without a matrix (Nocedal and Wright 2006, algorithm 7.4): from
 * {@code W₀ = (yᵀs / yᵀy) I} of the last step, the updates by the steps kept, oldest first.
 */
public final class LimitedMemoryBfgs implements SearchRule {

    private final int size;
    private final double[][] steps; // ring
    private final double[][] changes; // ring
    private final double[] rho;
    private final double[] alpha;
    private int kept;
    private int next;

    /**
     * Makes the memory for vectors of this size.
     *
     * @param memory m, at least 1; 5 to 20 are usual
     */
    public LimitedMemoryBfgs(int size, int memory) {
        if (memory < 1) {
            throw new IllegalArgumentException("memory must be at least 1: " + memory);
        }
        this.size = size;
        this.steps = new double[memory][size];
        this.changes = new double[memory][size];
        this.rho = new double[memory];
        this.alpha = new double[memory];
    }

    @Override
    public void restart() {
        kept = 0;
        next = 0;
    }

    @Override
    public void choose(double[] gradient, double[] direction) {
        for (int i = 0; i < size; i++) {
            direction[i] = -gradient[i];
        }
        if (kept == 0) {
            return;
        }
        for (int age = 1; age <= kept; age++) {
            int k = index(age);
            alpha[k] = rho[k] * Vectors.dot(steps[k], direction);
            Vectors.addScaled(-alpha[k], changes[k], direction);
        }
        int last = index(1);
        double scale = 1 / (rho[last] * Vectors.dot(changes[last], changes[last]));
        for (int i = 0; i < size; i++) {
            direction[i] *= scale;
        }
        for (int age = kept; age >= 1; age--) {
            int k = index(age);
            double beta = rho[k] * Vectors.dot(changes[k], direction);
            Vectors.addScaled(alpha[k] - beta, steps[k], direction);
        }
    }

    /** The place of the step learned {@code age} steps ago. */
    private int index(int age) {
        return Math.floorMod(next - age, steps.length);
    }

    @Override
    public void learn(double[] step, double[] change) {
        double curvature = Vectors.dot(step, change);
        if (!Curvature.isPositive(curvature, step, change)) {
            return;
        }
        System.arraycopy(step, 0, steps[next], 0, size);
        System.arraycopy(change, 0, changes[next], 0, size);
        rho[next] = 1 / curvature;
        next = (next + 1) % steps.length;
        kept = Math.min(kept + 1, steps.length);
    }

    @Override
    public boolean isScaled() {
        return kept > 0;
    }
}
