package kingfisher.agents.trpo;

import java.util.List;
import java.util.Map;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.settings.PreconditionerKind;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.TrpoSettings;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.kfac.DampingForm;
import kingfisher.optim.kfac.FisherEstimator;
import kingfisher.optim.kfac.KroneckerCurvature;
import kingfisher.optim.kfac.KroneckerInverse;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.kfac.NumericalFailureException;
import kingfisher.optim.kfac.Structure;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.parallel.Workers;

/**
 * Preconditions by {@code (F̂ + cλI)⁻¹}, with factored damping, F̂ the policy's Kronecker-factored Fisher matrix, whose factors are
 * moving averages over the rollouts so far (Grosse, "Second-Order Optimization", section 6).
 */
final class KroneckerPreconditioner implements FisherPreconditioner {

    private static final String REMEDY = "a larger cg-damping or preconditioner=none";

    private final NetworkModel model;
    private final KroneckerCurvature curvature;
    private final KroneckerInverse inverse;
    private final double multiple;

    /**
     * Allocates the factors.
     *
     * @param samples that a Fisher matrix is of
     * @param workers run the work on factors
     */
    KroneckerPreconditioner(
            Settings settings, PolicyValueNetwork network, Distribution distribution, int samples, Workers workers) {
        this.multiple = settings.get(TrpoSettings.PRECONDITIONER_DAMPING);
        this.model = network.model(samples, workers);
        KroneckerSettings kronecker = KroneckerSettings.defaults()
                // a pass for each output, once a rollout: less than the products that the noise of sampling would cost
                .withEstimator(FisherEstimator.EXACT)
                .withStructure(
                        settings.get(TrpoSettings.PRECONDITIONER) == PreconditionerKind.KFAC_BLOCK_DIAGONAL
                                ? Structure.BLOCK_DIAGONAL
                                : Structure.BLOCK_TRIDIAGONAL,
                        DampingForm.FACTORED)
                .withFactorDecay(settings.get(TrpoSettings.PRECONDITIONER_DECAY))
                .withPeriods(1, 1, 0);
        this.curvature = new KroneckerCurvature(
                model, List.of(new NegativeLogLikelihood(distribution).weighted(1)), kronecker, 0, workers);
        this.inverse = new KroneckerInverse(curvature, network.parameters());
    }

    @Override
    public LinearOperator prepare(Matrix observations, double lambda) {
        double damping = multiple * lambda;
        model.forward(observations);
        try {
            curvature.advance(damping, List.of());
        } catch (NumericalFailureException failure) {
            throw NonFiniteException.ofLearning("the policy's preconditioner: " + failure.getMessage(), REMEDY);
        }
        inverse.setDamping(damping);
        return inverse;
    }

    @Override
    public Map<String, double[]> state() {
        return curvature.state();
    }

    @Override
    public void restore(Map<String, double[]> state) {
        curvature.restore(state);
    }
}
