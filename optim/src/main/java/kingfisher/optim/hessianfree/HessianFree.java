package kingfisher.optim.hessianfree;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.kfac.CurvatureStatus;
import kingfisher.optim.kfac.DampingAdaptation;
import kingfisher.optim.kfac.KroneckerCurvature;
import kingfisher.optim.kfac.KroneckerInverse;
import kingfisher.optim.kfac.NumericalFailureException;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.kfac.ReductionRatio;
import kingfisher.optim.kfac.SavedState;
import kingfisher.optim.kfac.StageTimes;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.kfac.Stopwatch;
import kingfisher.optim.linear.DampedOperator;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.linear.Vectors;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.solver.ConjugateGradient;
import kingfisher.optim.solver.ConjugateGradientResult;
import kingfisher.optim.solver.Snapshots;
import kingfisher.optim.solver.StopReason;
import org.jspecify.annotations.Nullable;

/**
 * Hessian-free optimization (Martens 2010, "Deep learning via Hessian-free optimization"; Grosse, "Second-Order
 * Optimization", sections 4 and 6): each step goes to where conjugate gradients lead on the quadratic model (12),
 *
 * <pre>
 *   p ≈ -(G + (λ + η)I)⁻¹ ∇        w ← w + αp
 * </pre>
 *
 * <p>Solves start from a part of the last solution. From the last iterate of a solve, the step goes back to earlier ones
 * while the loss falls; then a line search may shorten it. λ follows from the reduction ratio (14) of the step before its
 * line search, as a model that had to be shortened was trusted too far. A step that does not lower the loss is taken back.
 *
 * <p>A step that fails throws and leaves the parameters as they were. Nothing is allocated by a step but reports, besides
 * what the preconditioner allocates. Not for use by two threads at once.
 */
public final class HessianFree {

    /** Stands for the last iterate of a solve, which is no snapshot. */
    private static final int LAST = -1;

    private final HessianFreeSettings settings;
    private final ParameterVector parameters;
    private final Backend backend;
    private final LinearOperator curvature;
    private final @Nullable KroneckerCurvature factors;
    private final @Nullable KroneckerInverse preconditioner;
    private final ConjugateGradient solver;
    private final TrialPoint trial;
    private final ParameterVector gradient;
    private final double[] rightHandSide; // -∇
    private final double[] solution;
    private double damping;
    private long steps;
    private int chosenIteration;

    /**
     * Allocates what is kept over steps.
     *
     * @param parameters moved by steps
     * @param curvature G, at the point of each step: a {@code GaussNewtonOperator}, say, of the objective's model or a part
     *     of its rows, which follow the objective's passes, or of a model over the same parameters that the caller runs
     *     forward before each step
     * @param factors give the preconditioner of the solves, and are brought up to date at each step; or null for none.
     *     Closed by the caller
     * @throws IllegalArgumentException if the curvature is not of the parameters' size
     */
    public HessianFree(
            HessianFreeSettings settings,
            ParameterVector parameters,
            LinearOperator curvature,
            @Nullable KroneckerCurvature factors) {
        int size = parameters.layout().size();
        if (curvature.size() != size) {
            throw new IllegalArgumentException(
                    "curvature: expected the size of the parameters, %d, found %d".formatted(size, curvature.size()));
        }
        this.settings = settings;
        this.parameters = parameters;
        this.backend = parameters.backend();
        this.curvature = curvature;
        this.factors = factors;
        this.preconditioner = factors == null ? null : new KroneckerInverse(factors, parameters);
        this.solver = new ConjugateGradient(size, settings.solver());
        this.trial = new TrialPoint(parameters, settings.weightDecay());
        this.gradient = parameters.zerosLike();
        this.rightHandSide = new double[size];
        this.solution = new double[size];
        this.damping = settings.damping();
    }

    /** λ of the next step. */
    public double damping() {
        return damping;
    }

    /** The iterate that the last step went to, as a number of iterations of its solve. */
    public int chosenIteration() {
        return chosenIteration;
    }

    /**
     * Moves the parameters by one step.
     *
     * @return the report; its rate is that of the line search, and its ratio and predicted change are those of the step
     *     before that
     * @throws NumericalFailureException if loss, gradient or products with the curvature are not finite, or there is no
     *     direction; the message names which
     */
    public StepReport step(Objective objective) {
        Stopwatch watch = new Stopwatch();
        double loss = evaluate(objective);
        double gradientNorm = Math.sqrt(KroneckerCurvature.requireFinite(gradient));
        backend.download(gradient.values(), rightHandSide);
        for (int i = 0; i < rightHandSide.length; i++) {
            rightHandSide[i] = -rightHandSide[i];
        }
        long gradientTime = watch.lap();
        double diagonal = damping + settings.weightDecay();
        long earlierFactorTime = factors == null ? 0 : factors.covarianceNanos();
        if (factors != null) {
            factors.advance(settings.preconditionerDamping() * diagonal, objective.targets());
        }
        long factorTime = factors == null ? 0 : factors.covarianceNanos() - earlierFactorTime;
        long decompositionTime = watch.lap() - factorTime;
        ConjugateGradientResult solve = solve(diagonal);
        long solverTime = watch.lap();

        double usedDamping = damping;
        Outcome outcome = moveOrGoBack(objective, loss, solve);
        adapt(outcome);
        Choice choice = outcome.choice();
        chosenIteration = choice.iteration();
        return new StepReport(
                steps++,
                loss,
                outcome.newLoss(),
                outcome.rate(),
                0,
                usedDamping,
                outcome.ratio(),
                outcome.predicted(),
                1,
                Double.NaN,
                gradientNorm,
                outcome.rate() * Vectors.norm(direction(choice)),
                -Vectors.dot(rightHandSide, direction(choice)),
                outcome.accepted(),
                factors == null ? new CurvatureStatus(steps, 0, 0, 0, 0) : factors.status(),
                solve,
                new StageTimes(gradientTime, factorTime, decompositionTime, solverTime, 0, watch.lap()));
    }

    private double evaluate(Objective objective) {
        // objectives leave out the parameters that their models don't have
        backend.fill(gradient.values(), 0);
        double loss = objective.evaluate(gradient) + trial.penalty();
        if (settings.weightDecay() > 0) {
            backend.addScaled(settings.weightDecay(), parameters.values(), gradient.values());
        }
        if (!Double.isFinite(loss)) {
            throw new NumericalFailureException("the loss is %s at step %d".formatted(loss, steps));
        }
        return loss;
    }

    private ConjugateGradientResult solve(double diagonal) {
        for (int i = 0; i < solution.length; i++) {
            solution[i] *= settings.warmStart();
        }
        DampedOperator damped = new DampedOperator(curvature, diagonal);
        ConjugateGradientResult result;
        if (preconditioner == null) {
            result = solver.solve(damped, rightHandSide, solution);
        } else {
            preconditioner.setDamping(settings.preconditionerDamping() * diagonal);
            result = solver.solve(damped, preconditioner, rightHandSide, solution);
        }
        boolean found = result.reason() == StopReason.RESIDUAL || Vectors.dot(solution, solution) > 0;
        if (!found || !Double.isFinite(result.modelValue())) {
            Arrays.fill(solution, 0); // the next solve must not start from what this one has failed at
            throw new NumericalFailureException(
                    "conjugate gradients found no direction at step %d: %s after %d iterations"
                            .formatted(steps, result.reason(), result.iterations()));
        }
        return result;
    }

    /** An iterate of the solve, with the model's value φ and the loss there. */
    private record Choice(int snapshot, int iteration, double modelValue, double loss) {}

    private double[] direction(Choice choice) {
        return choice.snapshot() == LAST ? solution : solver.snapshots().iterate(choice.snapshot());
    }

    /** What became of a step. */
    private record Outcome(
            Choice choice,
            double rate,
            double newLoss,
            double predicted,
            @Nullable ReductionRatio ratio,
            boolean accepted) {}

    private Outcome moveOrGoBack(Objective objective, double loss, ConjugateGradientResult solve) {
        trial.begin();
        boolean moved = false;
        try {
            Outcome outcome = move(objective, loss, solve);
            moved = outcome.accepted();
            return outcome;
        } finally {
            if (!moved) {
                trial.goBack();
            }
        }
    }

    private Outcome move(Objective objective, double loss, ConjugateGradientResult solve) {
        Choice choice = chooseIterate(objective, solve);
        double predicted = predictedChange(choice);
        boolean adapts =
                settings.adaptation().isPresent() && settings.adaptation().get().isDue(steps);
        ReductionRatio ratio = adapts ? ReductionRatio.of(loss, choice.loss(), predicted, backend.precision()) : null;
        double rate = 1;
        double newLoss = choice.loss();
        if (settings.lineSearch().isPresent()) {
            LineSearch search = settings.lineSearch().get();
            double slope = Math.min(0, -Vectors.dot(rightHandSide, direction(choice)));
            for (int i = 0; i < search.maxSteps(); i++) {
                if (newLoss <= loss + search.sufficientDecrease() * rate * slope) {
                    break;
                }
                rate *= search.shrink();
                newLoss = trial.loss(objective, rate, direction(choice));
            }
        }
        trial.moveTo(rate, direction(choice));
        return new Outcome(choice, rate, newLoss, predicted, ratio, newLoss <= loss);
    }

    /** Goes back from the last iterate over the snapshots as long as the loss does not rise. */
    private Choice chooseIterate(Objective objective, ConjugateGradientResult solve) {
        Choice best = new Choice(LAST, solve.iterations(), solve.modelValue(), trial.loss(objective, 1, solution));
        Snapshots snapshots = solver.snapshots();
        for (int s = snapshots.count() - 1; s >= 0; s--) {
            int iteration = snapshots.iteration(s);
            if (iteration == solve.iterations()) {
                continue; // that is the last iterate
            }
            double earlier = trial.loss(objective, 1, snapshots.iterate(s));
            if (earlier > best.loss()) {
                break;
            }
            best = new Choice(s, iteration, solver.modelValue(iteration), earlier);
        }
        return best;
    }

    /** Q(w + p) - Q(w), which is φ(p), with λ in it or without. */
    private double predictedChange(Choice choice) {
        boolean undamped = settings.adaptation().isPresent()
                && settings.adaptation().get().model() == DampingAdaptation.Model.UNDAMPED;
        return undamped
                ? choice.modelValue() - 0.5 * damping * Vectors.dot(direction(choice), direction(choice))
                : choice.modelValue();
    }

    private void adapt(Outcome outcome) {
        if (settings.adaptation().isEmpty()) {
            return;
        }
        DampingAdaptation rule = settings.adaptation().get();
        ReductionRatio ratio = outcome.ratio();
        if (!outcome.accepted()) {
            damping = rule.increased(damping);
        } else if (ratio != null) {
            damping = rule.next(damping, ratio);
        }
    }

    /**
     * Everything that further steps depend on but the parameters, by name. With the same settings, {@link #restore} makes
     * further steps the same bit for bit.
     */
    public Map<String, double[]> state() {
        Map<String, double[]> state = new TreeMap<>(factors == null ? Map.of() : factors.state());
        state.put("solution", solution.clone());
        state.put("optimizer", new double[] {steps, damping});
        return state;
    }

    /**
     * Goes on from a saved state; the parameters are restored by the caller.
     *
     * @throws IllegalArgumentException if it is of another optimizer or model; the message names the part, and nothing has
     *     changed
     */
    public void restore(Map<String, double[]> saved) {
        SavedState state = new SavedState(saved);
        double[] numbers = state.array("solution", solution.length);
        double[] optimizer = state.array("optimizer", 2);
        if (factors != null) {
            factors.restore(saved);
        }
        System.arraycopy(numbers, 0, solution, 0, numbers.length);
        steps = (long) optimizer[0];
        damping = optimizer[1];
    }
}
