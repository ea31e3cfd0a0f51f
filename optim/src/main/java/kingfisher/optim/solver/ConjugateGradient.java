package kingfisher.optim.solver;

import java.util.Arrays;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.linear.Vectors;
import org.jspecify.annotations.Nullable;

/**
 * The preconditioned conjugate gradient method, which solves {@code Cx = b} for a symmetric positive definite C and so
 * minimises the model {@code φ(x) = ½xᵀCx - bᵀx}; with {@code b = -∇J} and {@code C = G + λI} that is equation (12), and x
 * the step of equation (13).
 *
 * <p>Everything is computed in double. The working memory is made once; a solve allocates its result only, besides what the
 * operator allocates. One solve at a time. Whatever the operator does, x holds finite numbers at the end: a step is taken
 * only if all that follows from it is finite and φ falls.
 */
public final class ConjugateGradient {

    /** A rise of φ by less than this part of the numbers that it is computed from is rounding. */
    private static final double ROUNDING = 1e-14;

    private final int size;
    private final ConjugateGradientSettings settings;
    private final Snapshots snapshots;
    private final double[] modelValues; // φ after 0, 1, … steps
    private final double[] residual; // r = b - Cx
    private final double[] product; // Cx
    private final SearchDirection direction; // p
    private double[] current; // x
    private double[] next; // x + αp

    // the state of the solve under way
    private int iteration;
    private double rightHandNorm;
    private double residualNorm;
    private double modelValue; // φ(x)

    /** Makes the working memory for systems of this size. */
    public ConjugateGradient(int size, ConjugateGradientSettings settings) {
        this.size = size;
        this.settings = settings;
        this.snapshots = new Snapshots(size, settings.maxIterations(), settings.snapshotGrowth());
        this.modelValues = new double[settings.maxIterations() + 1];
        this.residual = new double[size];
        this.product = new double[size];
        this.direction = new SearchDirection(size, settings.curvatureTolerance());
        this.current = new double[size];
        this.next = new double[size];
    }

    /** The iterates that the last solve has kept. */
    public Snapshots snapshots() {
        return snapshots;
    }

    /** φ after {@code step} steps of the last solve; it never rises, but for rounding. */
    public double modelValue(int step) {
        if (step < 0 || step > iteration) {
            throw new IllegalArgumentException("step: expected 0 to %d, found %d".formatted(iteration, step));
        }
        return modelValues[step];
    }

    /** Solves {@code Cx = b} without preconditioner; see {@link #solve(LinearOperator, LinearOperator, double[], double[])}. */
    public ConjugateGradientResult solve(LinearOperator operator, double[] rightHandSide, double[] solution) {
        return run(operator, null, rightHandSide, solution);
    }

    /**
     * Solves {@code Cx = b}.
     *
     * <p>Where a direction p without positive curvature stops the solve, x stays what it was before; at the very first step
     * from 0, when x says nothing yet, it becomes p, of the length that P gives it.
     *
     * @param operator C, symmetric
     * @param preconditioner P ≈ C⁻¹, symmetric positive definite
     * @param rightHandSide b, not modified
     * @param solution modified: on entry where to start, on return x; not finite on entry, it becomes 0
     * @throws IllegalArgumentException if an operator or an array is not of the size of this solver
     */
    public ConjugateGradientResult solve(
            LinearOperator operator, LinearOperator preconditioner, double[] rightHandSide, double[] solution) {
        requireSize("preconditioner", preconditioner.size());
        return run(operator, preconditioner, rightHandSide, solution);
    }

    private ConjugateGradientResult run(
            LinearOperator operator, @Nullable LinearOperator preconditioner, double[] b, double[] solution) {
        requireSize("operator", operator.size());
        requireSize("rightHandSide", b.length);
        requireSize("solution", solution.length);
        if (!start(operator, b, solution)) {
            return new ConjugateGradientResult(
                    StopReason.NOT_FINITE, 0, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0);
        }
        StopReason reason = iterate(operator, preconditioner, b);
        System.arraycopy(current, 0, solution, 0, size);
        return new ConjugateGradientResult(reason, iteration, residualNorm, modelValue, direction.curvature());
    }

    /** Forgets the last solve and looks at the first x; false if a number is not finite. */
    private boolean start(LinearOperator operator, double[] b, double[] solution) {
        iteration = 0;
        direction.reset();
        snapshots.clear();
        modelValues[0] = Double.POSITIVE_INFINITY;
        if (!Vectors.isFinite(solution)) {
            Arrays.fill(solution, 0);
            return false;
        }
        System.arraycopy(solution, 0, current, 0, size);
        rightHandNorm = Vectors.norm(b);
        return Double.isFinite(rightHandNorm) && lookAgain(operator, b);
    }

    private StopReason iterate(LinearOperator operator, @Nullable LinearOperator preconditioner, double[] b) {
        double target = Math.max(settings.relativeTolerance() * rightHandNorm, settings.absoluteTolerance());
        boolean exact = true;
        while (true) {
            if (residualNorm <= target && !exact) {
                if (!lookAgain(operator, b)) {
                    return StopReason.NOT_FINITE;
                }
                // if rounding had hidden the true residual, the directions so far were conjugate for another one
                direction.restart();
            }
            if (residualNorm <= target) {
                return StopReason.RESIDUAL;
            }
            if (isSlow()) {
                return StopReason.RELATIVE_PROGRESS;
            }
            if (iteration == settings.maxIterations()) {
                return StopReason.ITERATIONS;
            }
            exact = (iteration + 1) % settings.recomputeEvery() == 0;
            StopReason obstacle = direction.choose(operator, preconditioner, residual);
            if (obstacle == null) {
                obstacle = step(operator, b, exact);
            } else if (obstacle == StopReason.NON_POSITIVE_CURVATURE && iteration == 0 && isZero(current)) {
                takeDirection(b);
            }
            if (obstacle != null) {
                return obstacle;
            }
        }
    }

    /** Martens' rule; it compares relative to φ, which must be below φ(0) = 0 for that. */
    private boolean isSlow() {
        int back = Math.max(10, iteration / 10);
        double epsilon = settings.relativeProgress();
        return epsilon > 0
                && iteration > back
                && modelValue < 0
                && (modelValue - modelValues[iteration - back]) / modelValue < back * epsilon;
    }

    /** x = x + αp with α = rᵀz / pᵀCp; null if that has been done, else x is what it was. */
    private @Nullable StopReason step(LinearOperator operator, double[] b, boolean exact) {
        double alpha = direction.stepLength();
        for (int i = 0; i < size; i++) {
            next[i] = current[i] + alpha * direction.vector[i];
        }
        if (exact) {
            computeResidual(operator, b, next);
        } else {
            Vectors.addScaled(-alpha, direction.product, residual);
        }
        double norm = Vectors.norm(residual);
        double value = model(b, next);
        double length = Vectors.norm(next);
        if (!Double.isFinite(norm) || !Double.isFinite(value) || !Double.isFinite(length)) {
            return StopReason.NOT_FINITE;
        }
        if (value - modelValue > ROUNDING * length * (rightHandNorm + norm + direction.largestCurvature() * length)) {
            return StopReason.DIVERGENCE;
        }
        acceptNext(norm, value);
        iteration++;
        modelValues[iteration] = value;
        snapshots.offer(iteration, current);
        return null;
    }

    /** x = p instead of 0, unless that overflows. */
    private void takeDirection(double[] b) {
        System.arraycopy(direction.vector, 0, next, 0, size);
        Vectors.addScaled(-1, direction.product, residual);
        double norm = Vectors.norm(residual);
        double value = model(b, next);
        if (Double.isFinite(norm) && Double.isFinite(value)) {
            acceptNext(norm, value);
        }
    }

    private void acceptNext(double norm, double value) {
        double[] former = current;
        current = next;
        next = former;
        residualNorm = norm;
        modelValue = value;
    }

    /** Computes residual and φ of the current x anew; false, and nothing is changed, if they are not finite. */
    private boolean lookAgain(LinearOperator operator, double[] b) {
        computeResidual(operator, b, current);
        double norm = Vectors.norm(residual);
        double value = model(b, current);
        if (!Double.isFinite(norm) || !Double.isFinite(value)) {
            return false;
        }
        residualNorm = norm;
        modelValue = value;
        modelValues[iteration] = value;
        return true;
    }

    /** r = b - Cx; at 0 without a product. */
    private void computeResidual(LinearOperator operator, double[] b, double[] x) {
        System.arraycopy(b, 0, residual, 0, size);
        if (!isZero(x)) {
            operator.apply(x, product);
            Vectors.addScaled(-1, product, residual);
        }
    }

    /** φ(x) = -½ xᵀ(b + r), with the residual of x. */
    private double model(double[] b, double[] x) {
        return -0.5 * (Vectors.dot(x, b) + Vectors.dot(x, residual));
    }

    private static boolean isZero(double[] x) {
        for (double value : x) {
            if (value != 0) {
                return false;
            }
        }
        return true;
    }

    private void requireSize(String name, int found) {
        if (found != size) {
            throw new IllegalArgumentException("%s: expected size %d, found %d".formatted(name, size, found));
        }
    }
}
