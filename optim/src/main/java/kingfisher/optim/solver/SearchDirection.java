package kingfisher.optim.solver;

import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.linear.Vectors;
import org.jspecify.annotations.Nullable;

/** The direction p of conjugate gradients with its product Cp, and the guards on both. */
final class SearchDirection {

    final double[] vector; // p
    final double[] product; // Cp
    private final double[] preconditioned; // z = Pr
    private final double curvatureTolerance;
    private double steepness; // rᵀz, 0 if the next direction must not build on this one
    private double along; // pᵀCp
    private double curvature; // pᵀCp / ‖p‖²
    private double largestCurvature;

    SearchDirection(int size, double curvatureTolerance) {
        this.vector = new double[size];
        this.product = new double[size];
        this.preconditioned = new double[size];
        this.curvatureTolerance = curvatureTolerance;
    }

    /** Forgets everything, for a new solve. */
    void reset() {
        steepness = 0;
        curvature = 0;
        largestCurvature = 0;
    }

    /** Makes the next direction one of steepest descent again. */
    void restart() {
        steepness = 0;
    }

    /** {@code p = z + (rᵀz / its last value) p} with {@code z = Pr}; null if p can be gone along. */
    @Nullable
    StopReason choose(LinearOperator operator, @Nullable LinearOperator preconditioner, double[] residual) {
        double[] z = residual;
        if (preconditioner != null) {
            preconditioner.apply(residual, preconditioned);
            z = preconditioned;
        }
        double descent = Vectors.dot(residual, z);
        if (!Double.isFinite(descent)) {
            return StopReason.NOT_FINITE;
        }
        if (descent <= 0) {
            return StopReason.NON_POSITIVE_PRECONDITIONER;
        }
        if (steepness == 0) {
            // what is left from another solve may be NaN, which a factor 0 would keep
            System.arraycopy(z, 0, vector, 0, vector.length);
        } else {
            double beta = descent / steepness;
            for (int i = 0; i < vector.length; i++) {
                vector[i] = z[i] + beta * vector[i];
            }
        }
        steepness = descent;
        operator.apply(vector, product);
        return measure();
    }

    private @Nullable StopReason measure() {
        double square = Vectors.dot(vector, vector);
        double length = Vectors.norm(product);
        along = Vectors.dot(vector, product);
        if (!(square > 0 && Double.isFinite(square) && Double.isFinite(along) && Double.isFinite(length))) {
            return StopReason.NOT_FINITE;
        }
        curvature = along / square;
        largestCurvature = Math.max(largestCurvature, length / Math.sqrt(square));
        return curvature > curvatureTolerance * largestCurvature ? null : StopReason.NON_POSITIVE_CURVATURE;
    }

    /** {@code α = rᵀz / pᵀCp}, at which φ(x + αp) is smallest. */
    double stepLength() {
        return steepness / along;
    }

    /** {@code pᵀCp / ‖p‖²}, 0 if there is no direction yet. */
    double curvature() {
        return curvature;
    }

    /** The largest ‖Cp‖/‖p‖ of this solve, a lower bound of C's norm. */
    double largestCurvature() {
        return largestCurvature;
    }
}
