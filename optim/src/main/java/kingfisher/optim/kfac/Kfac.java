package kingfisher.optim.kfac;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.network.LinearizedModel;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.GradientClip;
import kingfisher.optim.parallel.Workers;
import org.jspecify.annotations.Nullable;

/**
 * The K-FAC optimizer (Martens and Grosse 2015; Grosse, "Second-Order Optimization", section 5 and Algorithm 1):
 *
 * <pre>
 *   q = -(F̂ + (λ + η)I)⁻¹ ∇        Δ = αq + βv        w ← w + Δ        v ← Δ
 * </pre>
 *
 * <p>with the Kronecker-factored F̂ of {@link KroneckerCurvature}. A step that fails throws and leaves the parameters as they
 * were; without a finite loss and gradient, it leaves everything as it was. Not for use by two threads at once.
 */
public final class Kfac implements AutoCloseable {

    private final KfacSettings settings;
    private final ParameterVector parameters;
    private final Backend backend;
    private final KroneckerCurvature curvature;
    private final QuadraticModel quadratic;
    private final ParameterVector gradient;
    private final ParameterVector direction;
    private final ParameterVector velocity;
    private final ParameterVector delta;
    private final ParameterVector before;
    private final Matrix[] gradients; // pieces of the vectors
    private final Matrix[] directions;
    private final Matrix[] velocities;
    private final Matrix[] deltas;
    private final ParallelSum gradientSquare;
    private final ParallelSum negation;
    private final ParallelSum combination;
    private final ParallelSum stepSquare;
    private QuadraticModel.Coefficients combined = new QuadraticModel.Coefficients(0, 0);
    private boolean averages;
    private double damping;
    private Velocity velocityKind = Velocity.NONE;
    private long steps;

    /** What the velocity is: the step before, or the average of {@link StepRule.Averaged}. Its numbers are in saved states. */
    private enum Velocity {
        NONE(0),
        STEP(1),
        AVERAGE(2);

        private final int number;

        Velocity(int number) {
            this.number = number;
        }

        static Velocity of(double number) {
            for (Velocity kind : values()) {
                if (kind.number == number) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("saved \"optimizer\": no kind of velocity has the number " + number);
        }
    }

    /**
     * Allocates what is kept over steps.
     *
     * @param statistics gives the factors, after its forward passes at the point of each step: the objective's model or a
     *     part of its rows, which follow the objective's passes, or a model over the same parameters that the caller runs
     * @param products gives the quadratic model, in the same way
     * @param metrics one for each head
     * @param seed of the sampled targets
     * @param workers run the work on factors
     * @throws IllegalArgumentException if a metric does not fit its head, or the models have different parameters
     */
    public Kfac(
            KfacSettings settings,
            LinearizedModel statistics,
            LinearizedModel products,
            List<WeightedMetric> metrics,
            long seed,
            Workers workers) {
        if (statistics.parameters() != products.parameters()) {
            throw new IllegalArgumentException("the models of statistics and products have different parameters");
        }
        this.settings = settings;
        this.parameters = statistics.parameters();
        this.backend = parameters.backend();
        this.curvature = new KroneckerCurvature(statistics, metrics, settings.curvature(), seed, workers);
        this.quadratic = new QuadraticModel(products, metrics, settings.weightDecay());
        this.gradient = parameters.zerosLike();
        this.direction = parameters.zerosLike();
        this.velocity = parameters.zerosLike();
        this.delta = parameters.zerosLike();
        this.before = parameters.zerosLike();
        this.gradients = ParallelSum.pieces(gradient);
        this.directions = ParallelSum.pieces(direction);
        this.velocities = ParallelSum.pieces(velocity);
        this.deltas = ParallelSum.pieces(delta);
        int pieces = gradients.length;
        this.gradientSquare = new ParallelSum(pieces, i -> backend.dot(gradients[i], gradients[i]), workers);
        this.negation = new ParallelSum(pieces, this::negate, workers);
        this.combination = new ParallelSum(pieces, this::combine, workers);
        this.stepSquare = new ParallelSum(pieces, i -> backend.dot(deltas[i], deltas[i]), workers);
        this.damping = settings.damping();
    }

    /** Returns an optimizer whose curvature is from the same batch as the gradient. */
    public static Kfac of(
            KfacSettings settings, LinearizedModel model, List<WeightedMetric> metrics, long seed, Workers workers) {
        return new Kfac(settings, model, model, metrics, seed, workers);
    }

    /** The factors, for an initial estimate, row weights and reports. */
    public KroneckerCurvature curvature() {
        return curvature;
    }

    /** The quadratic model, for row weights. */
    public QuadraticModel quadraticModel() {
        return quadratic;
    }

    /** λ of the next step. */
    public double damping() {
        return damping;
    }

    /**
     * Moves the parameters by one step, by the rule of the settings.
     *
     * @throws NumericalFailureException if loss, gradient, factors or step are not finite; the message names which
     */
    public StepReport step(Objective objective) {
        return step(objective, settings.rule());
    }

    /**
     * Moves the parameters by one step, by another rule: a scheduled learning rate, say.
     *
     * @throws NumericalFailureException if loss, gradient, factors or step are not finite; the message names which
     */
    public StepReport step(Objective objective, StepRule rule) {
        return step(objective, rule, settings.constraint());
    }

    /**
     * Moves the parameters by one step, by another rule within another bound.
     *
     * @throws IllegalArgumentException if there is a bound and the rule chooses the length itself
     * @throws NumericalFailureException if loss, gradient, factors or step are not finite; the message names which
     */
    public StepReport step(Objective objective, StepRule rule, Optional<NormConstraint> constraint) {
        KfacSettings.requireLengthsApart(rule, constraint);
        Stopwatch watch = new Stopwatch();
        double loss = evaluate(objective);
        double squaredGradientNorm = gradientSquare.compute();
        if (!Double.isFinite(squaredGradientNorm)) {
            var unused = KroneckerCurvature.requireFinite(gradient); // names the parameter
        }
        double gradientNorm = Math.sqrt(squaredGradientNorm);
        long gradientTime = watch.lap();
        long earlierFactorTime = curvature.covarianceNanos();
        double diagonal = damping + settings.weightDecay();
        curvature.advance(diagonal, objective.targets());
        long factorTime = curvature.covarianceNanos() - earlierFactorTime;
        long decompositionTime = watch.lap() - factorTime;

        if (rule instanceof StepRule.Gradient plain) {
            backend.copy(gradient.values(), direction.values());
            backend.scale(GradientClip.scale(gradientNorm, plain.maximumNorm()), direction.values());
        } else {
            precondition(objective, diagonal);
        }
        double slope = negation.compute();
        long preconditioningTime = watch.lap();

        double clip = clipDirection(rule, constraint, slope);
        QuadraticModel.Coefficients coefficients = coefficients(rule);
        combined = coefficients;
        averages = rule instanceof StepRule.Averaged;
        double squaredStep = combination.compute();
        double squaredNorm = squaredNorm(constraint);
        if (!Double.isNaN(squaredNorm)) {
            double factor = constraint.orElseThrow().factor(1, squaredNorm);
            backend.scale(factor, delta.values());
            clip *= factor;
            squaredNorm *= factor * factor;
            squaredStep = stepSquare.compute();
        }
        boolean adapts =
                settings.adaptation().filter(rhythm -> rhythm.isDue(steps)).isPresent();
        double predicted = predictedChange(rule, coefficients, adapts);
        double stepNorm = Math.sqrt(squaredStep);
        if (!Double.isFinite(stepNorm)) {
            throw new NumericalFailureException("step %d is not finite (rate %s, momentum %s, damping %s)"
                    .formatted(steps, coefficients.first(), coefficients.second(), damping));
        }
        long modelTime = watch.lap();

        double usedDamping = damping;
        Outcome outcome = move(objective, rule, loss, predicted, adapts);
        return new StepReport(
                steps++,
                loss,
                outcome.newLoss(),
                coefficients.first(),
                coefficients.second(),
                usedDamping,
                outcome.ratio(),
                predicted,
                clip,
                squaredNorm,
                gradientNorm,
                stepNorm,
                slope,
                outcome.accepted(),
                curvature.status(),
                null,
                new StageTimes(
                        gradientTime, factorTime, decompositionTime, preconditioningTime, modelTime, watch.lap()));
    }

    private void precondition(Objective objective, double diagonal) {
        if (settings.curvature().application() == Application.DIRECT) {
            curvature.preconditionFinite(gradient, diagonal, direction);
            return;
        }
        LinearizedModel model = objective.gradientModel();
        if (model == null) {
            throw new IllegalArgumentException(
                    "application LOW_RANK needs an objective whose gradient is one backward pass, found %s"
                            .formatted(objective.getClass().getSimpleName()));
        }
        curvature.preconditionFinite(gradient, model, objective.gradientScale(), diagonal, direction);
    }

    private double evaluate(Objective objective) {
        // objectives leave out the parameters that their models don't have
        backend.fill(gradient.values(), 0);
        double loss = objective.evaluate(gradient);
        if (settings.weightDecay() > 0) {
            loss += penalty();
            backend.addScaled(settings.weightDecay(), parameters.values(), gradient.values());
        }
        if (!Double.isFinite(loss)) {
            throw new NumericalFailureException("the loss is %s at step %d".formatted(loss, steps));
        }
        return loss;
    }

    private double penalty() {
        return settings.weightDecay() > 0
                ? 0.5 * settings.weightDecay() * backend.dot(parameters.values(), parameters.values())
                : 0;
    }

    private double clipDirection(StepRule rule, Optional<NormConstraint> constraint, double slope) {
        if (constraint.isEmpty() || !rule.isGiven()) {
            return 1;
        }
        double squaredNorm = switch (constraint.get().measure()) {
            // a gradient that is not preconditioned has no such measure
            case PRECONDITIONED -> rule instanceof StepRule.Gradient ? 0 : -slope;
            case EXACT -> {
                quadratic.span(gradient, direction, null);
                yield quadratic.squaredNorm();
            }
            case EXACT_STEP -> 0;
        };
        double factor = constraint.get().factor(given(rule).first(), squaredNorm);
        backend.scale(factor, direction.values());
        return factor;
    }

    /** ΔᵀFΔ where the constraint bounds it, else NaN. */
    private double squaredNorm(Optional<NormConstraint> constraint) {
        if (constraint.isEmpty() || constraint.get().measure() != NormConstraint.Measure.EXACT_STEP) {
            return Double.NaN;
        }
        quadratic.span(gradient, delta, null);
        return quadratic.squaredNorm();
    }

    private QuadraticModel.Coefficients given(StepRule rule) {
        if (rule instanceof StepRule.Fixed fixed) {
            return new QuadraticModel.Coefficients(fixed.learningRate(), fixed.momentum());
        }
        if (rule instanceof StepRule.Averaged averaged) {
            return new QuadraticModel.Coefficients(averaged.learningRate(), averaged.momentum());
        }
        if (rule instanceof StepRule.Gradient plain) {
            return new QuadraticModel.Coefficients(plain.learningRate(), 0);
        }
        throw new IllegalArgumentException("rate and momentum are not given by " + rule);
    }

    private QuadraticModel.Coefficients coefficients(StepRule rule) {
        // what was averaged is no step, and the other way round: momentum then starts anew
        boolean fits = velocityKind == (rule instanceof StepRule.Averaged ? Velocity.AVERAGE : Velocity.STEP);
        if (rule.isGiven()) {
            QuadraticModel.Coefficients given = given(rule);
            return fits ? given : new QuadraticModel.Coefficients(given.first(), 0);
        }
        boolean plane = rule instanceof StepRule.ExactRateAndMomentum && fits;
        quadratic.span(gradient, direction, plane ? velocity : null);
        return rule instanceof StepRule.Proximal proximal
                ? new QuadraticModel.Coefficients(
                        quadratic.proximalRate(proximal.functionProximity(), proximal.weightProximity()), 0)
                : quadratic.minimum(damping);
    }

    /** Turns a piece of the direction round, and returns its part of the slope. */
    private double negate(int piece) {
        backend.scale(-1, directions[piece]);
        return backend.dot(gradients[piece], directions[piece]);
    }

    /** Makes a piece of the step, and returns its part of the squared norm. */
    private double combine(int piece) {
        double momentum = combined.second();
        Matrix step = deltas[piece];
        if (averages) {
            backend.scale(1 - momentum, directions[piece]);
            addVelocity(momentum, piece, directions[piece]);
            backend.copy(directions[piece], step);
            backend.scale(combined.first(), step);
        } else {
            backend.copy(directions[piece], step);
            backend.scale(combined.first(), step);
            addVelocity(momentum, piece, step);
        }
        return backend.dot(step, step);
    }

    private void addVelocity(double factor, int piece, Matrix target) {
        if (velocityKind != Velocity.NONE && factor != 0) {
            backend.addScaled(factor, velocities[piece], target);
        }
    }

    /** The model's prediction where there is a model, or where ρ needs one. */
    private double predictedChange(StepRule rule, QuadraticModel.Coefficients coefficients, boolean adapts) {
        boolean undamped = settings.adaptation()
                .filter(rhythm -> rhythm.model() == DampingAdaptation.Model.UNDAMPED)
                .isPresent();
        double modelDamping = undamped ? 0 : damping;
        if (!rule.isGiven()) {
            return quadratic.change(coefficients, modelDamping);
        }
        if (!adapts) {
            return Double.NaN;
        }
        quadratic.span(gradient, delta, null);
        return quadratic.change(new QuadraticModel.Coefficients(1, 0), modelDamping);
    }

    /** What became of a step. */
    private record Outcome(double newLoss, @Nullable ReductionRatio ratio, boolean accepted) {}

    private Outcome move(Objective objective, StepRule rule, double loss, double predicted, boolean adapts) {
        boolean evaluates = adapts || settings.rejects();
        if (evaluates) {
            backend.copy(parameters.values(), before.values());
        }
        backend.addScaled(1, delta.values(), parameters.values());
        if (!evaluates) {
            keepVelocity(rule);
            return new Outcome(Double.NaN, null, true);
        }
        double newLoss = objective.evaluate() + penalty();
        boolean accepted = Double.isFinite(newLoss) && !(settings.rejects() && newLoss > loss);
        ReductionRatio ratio = adapts ? ReductionRatio.of(loss, newLoss, predicted, backend.precision()) : null;
        settings.adaptation().ifPresent(rhythm -> {
            if (!accepted) {
                damping = rhythm.increased(damping);
            } else if (ratio != null) {
                damping = rhythm.next(damping, ratio);
            }
        });
        if (accepted) {
            keepVelocity(rule);
        } else {
            backend.copy(before.values(), parameters.values());
            dropMomentum();
        }
        return new Outcome(newLoss, ratio, accepted);
    }

    private void keepVelocity(StepRule rule) {
        if (rule instanceof StepRule.Gradient) {
            dropMomentum();
            return;
        }
        boolean averaged = rule instanceof StepRule.Averaged;
        backend.copy(averaged ? direction.values() : delta.values(), velocity.values());
        velocityKind = averaged ? Velocity.AVERAGE : Velocity.STEP;
    }

    /** Lets the next step start without momentum: after a step that the caller has taken back, say. */
    public void dropMomentum() {
        backend.fill(velocity.values(), 0);
        velocityKind = Velocity.NONE;
    }

    /**
     * Everything that further steps depend on but the parameters, by name; waits for what runs beside the steps. With the
     * same settings, {@link #restore} makes further steps the same bit for bit.
     */
    public Map<String, double[]> state() {
        Map<String, double[]> state = new TreeMap<>(curvature.state());
        double[] numbers = new double[parameters.layout().size()];
        backend.download(velocity.values(), numbers);
        state.put("velocity", numbers);
        state.put("optimizer", new double[] {steps, damping, velocityKind.number});
        return state;
    }

    /**
     * Goes on from a saved state; the parameters are restored by the caller.
     *
     * @throws IllegalArgumentException if it is of another version, model or form of damping; the message names the part
     */
    public void restore(Map<String, double[]> saved) {
        SavedState state = new SavedState(saved);
        double[] numbers = state.array("velocity", parameters.layout().size());
        double[] optimizer = state.array("optimizer", 3);
        Velocity kind = Velocity.of(optimizer[2]);
        curvature.restore(saved);
        backend.upload(numbers, velocity.values());
        steps = (long) optimizer[0];
        damping = optimizer[1];
        velocityKind = kind;
    }

    /** Stops the thread that works beside the steps, if there is one. */
    @Override
    public void close() {
        curvature.close();
    }
}
