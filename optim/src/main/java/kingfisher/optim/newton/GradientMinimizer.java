package kingfisher.optim.newton;

import kingfisher.optim.linear.Vectors;
import kingfisher.optim.newton.MinimizerResult.Reason;

/**
 * Minimizes a function that does not change between evaluations by searches along directions that its gradients give: the
 * nonlinear conjugate gradient method, BFGS or L-BFGS, by the {@link SearchRule}. No search raises J by more than rounding.
 * Where a direction fails, the rule forgets what it has learned and the gradient is tried.
 */
public final class GradientMinimizer {

    private final SmoothFunction function;
    private final SearchRule rule;
    private final MinimizerSettings settings;
    private final LineSearch search;
    private final double[] gradient;
    private final double[] direction;
    private final double[] step;
    private final double[] change;

    /**
     * Makes the working memory.
     *
     * @param rule of the function's size, which nobody else uses meanwhile
     */
    public GradientMinimizer(SmoothFunction function, SearchRule rule, MinimizerSettings settings) {
        int size = function.size();
        this.function = function;
        this.rule = rule;
        this.settings = settings;
        this.search = new LineSearch(function, settings);
        this.gradient = new double[size];
        this.direction = new double[size];
        this.step = new double[size];
        this.change = new double[size];
    }

    /**
     * Minimizes from a point on.
     *
     * @param point w [n], modified: on return the best point that was found
     */
    public MinimizerResult minimize(double[] point) {
        double value = function.value(point, gradient);
        int evaluations = 1;
        int iterations = 0;
        double norm = Vectors.norm(gradient);
        if (!Double.isFinite(value) || !Double.isFinite(norm)) {
            return new MinimizerResult(Reason.NOT_FINITE, 0, evaluations, value, norm);
        }
        rule.restart();
        boolean fresh = true;
        double length = 0;
        double formerSlope = 0;
        while (norm > settings.gradientTolerance()) {
            if (iterations == settings.maxIterations()) {
                return new MinimizerResult(Reason.ITERATIONS, iterations, evaluations, value, norm);
            }
            rule.choose(gradient, direction);
            double slope = Vectors.dot(gradient, direction);
            double found = 0;
            if (slope < 0) {
                double first = 1;
                if (fresh) {
                    first = Math.min(1, 1 / norm);
                } else if (!rule.isScaled()) {
                    first = length * formerSlope / slope;
                }
                found = search.search(point, value, direction, slope, first);
                evaluations += search.evaluations();
            }
            if (found == 0) {
                if (fresh) {
                    return new MinimizerResult(Reason.NO_PROGRESS, iterations, evaluations, value, norm);
                }
                rule.restart();
                fresh = true;
                continue;
            }
            for (int i = 0; i < step.length; i++) {
                step[i] = search.point()[i] - point[i];
                change[i] = search.gradient()[i] - gradient[i];
            }
            rule.learn(step, change);
            System.arraycopy(search.point(), 0, point, 0, point.length);
            System.arraycopy(search.gradient(), 0, gradient, 0, gradient.length);
            value = search.value();
            norm = Vectors.norm(gradient);
            length = found;
            formerSlope = slope;
            fresh = false;
            iterations++;
        }
        return new MinimizerResult(Reason.GRADIENT, iterations, evaluations, value, norm);
    }
}
