package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.FisherOperator;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.curvature.HessianOperator;
import kingfisher.optim.kfac.CountingModel.Passes;
import kingfisher.optim.kfac.DampingAdaptation.Model;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What products, estimates and steps cost in passes through the network. */
final class PassCountTest {

    private static final StepRule FIXED = new StepRule.Fixed(1e-3, 0.5);
    private static final KfacSettings BARE =
            KfacSettings.defaults().withRule(FIXED, Optional.empty()).withConstantDamping(1);

    private final SupervisedTask task =
            SupervisedTask.classification(new CpuBackend(), Activation.TANH, 8, 20261201, 4, 5, 3);
    private final CountingModel model = new CountingModel(task.model);
    private final SupervisedObjective objective = new SupervisedObjective(model, task.metrics);

    @BeforeEach
    void setBatch() {
        objective.setBatch(task.input, List.of(task.targets));
    }

    @Test
    void aGradientIsOnePassForwardAndOneBack() {
        objective.evaluate(task.parameters.zerosLike());
        assertThat(model.take()).isEqualTo(new Passes(1, 1, 0, 0, 0, 0));
        objective.evaluate();
        assertThat(model.take()).isEqualTo(new Passes(1, 0, 0, 0, 0, 0));
    }

    @Test
    void aProductWithCurvatureIsOneTangentForwardAndOneBack() {
        double[] vector = task.fixture.uniform(task.size());
        double[] product = new double[task.size()];
        objective.evaluate(task.parameters.zerosLike());
        model.take();
        new GaussNewtonOperator(model, task.metrics).apply(vector, product);
        assertThat(model.take()).isEqualTo(new Passes(0, 0, 0, 1, 1, 0));
        new FisherOperator(model, task.metrics).apply(vector, product);
        assertThat(model.take()).isEqualTo(new Passes(0, 0, 0, 1, 1, 0));
        new HessianOperator(model, task.metrics).apply(vector, product);
        assertThat(model.take()).isEqualTo(new Passes(0, 0, 0, 1, 0, 1));
    }

    @Test
    void sampledFactorsCostOneReversePassWithoutWeightGradients() {
        assertThat(factors(FisherEstimator.SAMPLED)).isEqualTo(new Passes(0, 0, 1, 0, 0, 0));
        assertThat(factors(FisherEstimator.EMPIRICAL)).isEqualTo(new Passes(0, 0, 1, 0, 0, 0));
        assertThat(factors(FisherEstimator.EXACT))
                .as("one for each of three outputs")
                .isEqualTo(new Passes(0, 0, 3, 0, 0, 0));
    }

    private Passes factors(FisherEstimator estimator) {
        objective.evaluate();
        model.take();
        try (KroneckerCurvature curvature =
                task.curvature(model, KroneckerSettings.defaults().withEstimator(estimator))) {
            curvature.advance(1, List.of(task.targets));
        }
        return model.take();
    }

    @Test
    void aQuadraticModelCostsATangentForwardForEachDirection() {
        ParameterVector direction = task.fixture.vector(task.fixture.uniform(task.size()));
        QuadraticModel quadratic = new QuadraticModel(model, task.metrics, 0.1);
        quadratic.span(direction, direction, null);
        assertThat(model.take()).isEqualTo(new Passes(0, 0, 0, 1, 0, 0));
        quadratic.span(direction, direction, direction);
        assertThat(model.take()).isEqualTo(new Passes(0, 0, 0, 2, 0, 0));
        quadratic.minimum(1);
        quadratic.change(new QuadraticModel.Coefficients(1, 1), 1);
        assertThat(model.take()).as("λ is late").isEqualTo(new Passes(0, 0, 0, 0, 0, 0));
    }

    @Test
    void aBareStepCostsTheGradientAndTheFactors() {
        assertThat(laterStep(BARE)).isEqualTo(new Passes(1, 1, 1, 0, 0, 0));
        assertThat(laterStep(BARE.withCurvature(KroneckerSettings.defaults().withPeriods(4, 4, 0))))
                .as("factors are not due")
                .isEqualTo(new Passes(1, 1, 0, 0, 0, 0));
    }

    @Test
    void rulesAddTheirTangents() {
        assertThat(laterStep(BARE.withRule(new StepRule.ExactRate(), Optional.empty())))
                .isEqualTo(new Passes(1, 1, 1, 1, 0, 0));
        assertThat(laterStep(BARE.withRule(new StepRule.ExactRateAndMomentum(), Optional.empty())))
                .isEqualTo(new Passes(1, 1, 1, 2, 0, 0));
        assertThat(laterStep(BARE.withRule(FIXED, bound(NormConstraint.Measure.PRECONDITIONED))))
                .isEqualTo(new Passes(1, 1, 1, 0, 0, 0));
        assertThat(laterStep(BARE.withRule(FIXED, bound(NormConstraint.Measure.EXACT))))
                .isEqualTo(new Passes(1, 1, 1, 1, 0, 0));
    }

    @Test
    void adaptationAndRejectionAddOneForwardPassTogether() {
        DampingAdaptation everyStep = DampingAdaptation.everyStep();
        KfacSettings exact = BARE.withRule(new StepRule.ExactRateAndMomentum(), Optional.empty());
        assertThat(laterStep(exact.withAdaptiveDamping(1, everyStep))).isEqualTo(new Passes(2, 1, 1, 2, 0, 0));
        assertThat(laterStep(exact.withRejection(true))).isEqualTo(new Passes(2, 1, 1, 2, 0, 0));
        assertThat(laterStep(exact.withAdaptiveDamping(1, everyStep).withRejection(true)))
                .isEqualTo(new Passes(2, 1, 1, 2, 0, 0));
        assertThat(laterStep(exact.withAdaptiveDamping(1, new DampingAdaptation(0.5, 4, 0.1, 10, Model.DAMPED))))
                .as("not due")
                .isEqualTo(new Passes(1, 1, 1, 2, 0, 0));
        assertThat(laterStep(BARE.withAdaptiveDamping(1, everyStep)))
                .as("the model of a fixed step takes a tangent")
                .isEqualTo(new Passes(2, 1, 1, 1, 0, 0));
        assertThat(laterStep(BARE.withRejection(true))).isEqualTo(new Passes(2, 1, 1, 0, 0, 0));
    }

    private static Optional<NormConstraint> bound(NormConstraint.Measure measure) {
        return Optional.of(new NormConstraint(1e-6, measure));
    }

    /** The passes of the third step. */
    private Passes laterStep(KfacSettings settings) {
        try (Kfac kfac = Kfac.of(settings, model, task.metrics, task.seed, new Workers(1))) {
            kfac.step(objective);
            kfac.step(objective);
            model.take();
            kfac.step(objective);
            return model.take();
        }
    }
}
