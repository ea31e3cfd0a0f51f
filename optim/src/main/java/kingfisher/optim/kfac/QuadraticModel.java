package kingfisher.optim.kfac;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.curvature.RowWeights;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.ParameterVector;
import org.jspecify.annotations.Nullable;

/**
 * The quadratic model of an objective on the plane of one or two directions,
 *
 * <pre>
 *   Q(Δ) - Q(0) = bᵀx + ½ xᵀ(C + ηR + λR)x,   Δ = x₁d₁ + x₂d₂,   b_i = ∇ᵀd_i,   C_ij = d_iᵀFd_j,   R_ij = d_iᵀd_j
 * </pre>
 *
 * <p>with the exact Fisher matrix F (for logits and squared errors the Gauss-Newton matrix), the coefficient η of
 * {@code ½η‖w‖²} in the objective, and damping λ that may change without new products: equations (12), (26) and (27).
 * {@code C} is a Gram matrix of tangents, one JVP for each direction and no reverse pass, so it is positive semidefinite.
 */
public final class QuadraticModel {

    /** Two directions whose scaled determinant is below this count as one. */
    private static final double PARALLEL = 1e-10;

    /**
     * Factors on the directions.
     *
     * @param first x₁
     * @param second x₂, 0 if there is one direction
     */
    public record Coefficients(double first, double second) {}

    private final LinearizedModel model;
    private final List<WeightedMetric> metrics;
    private final RowWeights rows;
    private final double weightDecay;
    private final double[][] weights; // [head][B]
    private final double[][] firstTangents; // [head][B × width]
    private final double[][] products; // [head][B × width]
    private final double[] gradient = new double[2];
    private final double[] curvature = new double[3]; // 11, 12, 22
    private final double[] gram = new double[3];

    /**
     * Allocates the working memory.
     *
     * @param model kept by reference; its tangents are overwritten
     * @param metrics one for each head
     * @param weightDecay η, at least 0
     * @throws IllegalArgumentException if a metric does not fit its head
     */
    public QuadraticModel(LinearizedModel model, List<WeightedMetric> metrics, double weightDecay) {
        WeightedMetric.requireFit(model, metrics);
        this.model = model;
        this.metrics = List.copyOf(metrics);
        this.rows = new RowWeights(model.batch());
        this.weightDecay = weightDecay;
        int heads = metrics.size();
        this.weights = new double[heads][model.batch()];
        this.firstTangents = new double[heads][];
        this.products = new double[heads][];
        for (int h = 0; h < heads; h++) {
            firstTangents[h] = new double[model.batch() * model.width(h)];
            products[h] = new double[model.batch() * model.width(h)];
        }
    }

    /** How much each row counts. */
    public RowWeights rowWeights() {
        return rows;
    }

    /**
     * Computes the model on a line or a plane, at the point of the network's last forward pass.
     *
     * @param slope ∇ of the objective, with ηw in it
     * @param first d₁
     * @param second d₂, or null for a line
     */
    public void span(ParameterVector slope, ParameterVector first, @Nullable ParameterVector second) {
        for (int h = 0; h < weights.length; h++) {
            rows.scaleInto(metrics.get(h).weight() / rows.sum(), weights[h]);
        }
        Backend backend = slope.backend();
        model.pushForward(first);
        multiplyTangents();
        for (int h = 0; h < weights.length; h++) {
            System.arraycopy(model.outputTangents(h), 0, firstTangents[h], 0, firstTangents[h].length);
        }
        gradient[0] = backend.dot(slope.values(), first.values());
        curvature[0] = productWith(firstTangents);
        gram[0] = backend.dot(first.values(), first.values());
        gradient[1] = 0;
        Arrays.fill(curvature, 1, 3, 0);
        Arrays.fill(gram, 1, 3, 0);
        if (second != null) {
            model.pushForward(second);
            multiplyTangents();
            gradient[1] = backend.dot(slope.values(), second.values());
            curvature[1] = productWith(firstTangents);
            curvature[2] = productWithTangents();
            gram[1] = backend.dot(first.values(), second.values());
            gram[2] = backend.dot(second.values(), second.values());
        }
    }

    private void multiplyTangents() {
        for (int h = 0; h < products.length; h++) {
            Arrays.fill(products[h], 0);
            metrics.get(h)
                    .metric()
                    .addFisherProduct(
                            model.batch(), model.outputs(h), model.outputTangents(h), weights[h], products[h]);
        }
    }

    private double productWith(double[][] tangents) {
        double sum = 0;
        for (int h = 0; h < products.length; h++) {
            sum += dot(tangents[h], products[h]);
        }
        return sum;
    }

    private double productWithTangents() {
        double sum = 0;
        for (int h = 0; h < products.length; h++) {
            sum += dot(model.outputTangents(h), products[h]);
        }
        return sum;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }

    /** d₁ᵀFd₁, without damping and weight decay. */
    public double squaredNorm() {
        return curvature[0];
    }

    /**
     * Returns the minimum: equation (27), or (26) on a line.
     *
     * <p>Directions that are parallel but for rounding count as one, the first; along a direction without curvature there is
     * no step. NaN in the model gives NaN.
     *
     * @param damping λ, at least 0
     */
    public Coefficients minimum(double damping) {
        double a = entry(0, damping);
        double b = entry(1, damping);
        double c = entry(2, damping);
        if (a <= 0) {
            return new Coefficients(0, c <= 0 ? 0 : -gradient[1] / c);
        }
        if (c <= 0) {
            return new Coefficients(-gradient[0] / a, 0);
        }
        // scaled to a unit diagonal, so that the test for parallel directions does not depend on their lengths
        double rootA = Math.sqrt(a);
        double rootC = Math.sqrt(c);
        double cosine = b / rootA / rootC;
        double determinant = 1 - cosine * cosine;
        if (determinant <= PARALLEL) {
            return new Coefficients(-gradient[0] / a, 0);
        }
        double first = gradient[0] / rootA;
        double second = gradient[1] / rootC;
        return new Coefficients(
                -(first - cosine * second) / determinant / rootA, -(second - cosine * first) / determinant / rootC);
    }

    /**
     * Returns the α for which {@code Δ = αd₁} minimizes {@code bᵀx + ½ Δᵀ(λ_FSP F + (λ_WSP + η)I)Δ}, a linearised loss with
     * function- and weight-space proximity; 0 where that does not bend.
     *
     * @param functionProximity λ_FSP, at least 0
     * @param weightProximity λ_WSP, at least 0
     */
    public double proximalRate(double functionProximity, double weightProximity) {
        double bend = functionProximity * curvature[0] + (weightProximity + weightDecay) * gram[0];
        return bend <= 0 ? 0 : -gradient[0] / bend;
    }

    /**
     * Returns Q(Δ) - Q(0).
     *
     * @param damping λ; 0 for a model without it
     */
    public double change(Coefficients x, double damping) {
        double quadratic = x.first() * x.first() * entry(0, damping)
                + 2 * x.first() * x.second() * entry(1, damping)
                + x.second() * x.second() * entry(2, damping);
        return x.first() * gradient[0] + x.second() * gradient[1] + 0.5 * quadratic;
    }

    private double entry(int index, double damping) {
        return curvature[index] + (weightDecay + damping) * gram[index];
    }
}
