package kingfisher.agents.trpo;

import java.util.Arrays;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.DivergenceDirection;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;

/**
 * What an update improves and what bounds it, over a whole rollout: the surrogate {@code mean(ρA)} with the ratio
 * {@code ρ = π(a|s) / π_old(a|s)} (Schulman et al. 2015, equation 14), and the mean divergence from the old policy.
 */
final class PolicyObjective {

    private final Passes passes;
    private final PolicyPart[] parts;
    private final int size;
    private final Runnable[] begin;
    private final Runnable[] evaluate;
    private double shift;
    private double scale;
    private double improvement;
    private double divergence;

    PolicyObjective(
            Passes passes,
            Rollout rollout,
            PolicyValueNetwork network,
            Distribution distribution,
            DivergenceDirection direction,
            int gradientSubsample) {
        this.passes = passes;
        this.size = rollout.size();
        this.parts = new PolicyPart[Passes.parts(size)];
        for (int p = 0; p < parts.length; p++) {
            int first = Passes.first(p, size);
            parts[p] = new PolicyPart(rollout, first, Passes.first(p + 1, size) - first, network, distribution);
        }
        int counted = (size + gradientSubsample - 1) / gradientSubsample;
        double gradientScale = 1.0 / counted;
        this.begin = passes.of(parts.length, part -> parts[part].begin(shift, scale, gradientSubsample, gradientScale));
        this.evaluate = passes.of(parts.length, part -> parts[part].evaluate(direction));
    }

    /** The models of the parts. */
    NetworkModel[] models() {
        return Arrays.stream(parts).map(PolicyPart::model).toArray(NetworkModel[]::new);
    }

    /**
     * Takes the network's policy as the old one, and the rollout's advantages, shifted and scaled; computes the gradient of
     * the surrogate there, over every so many-th sample.
     */
    void begin(double advantageShift, double advantageScale, ParameterVector gradient) {
        shift = advantageShift;
        scale = advantageScale;
        passes.run(begin);
        gradient.backend().copy(parts[0].gradient().values(), gradient.values());
        for (int p = 1; p < parts.length; p++) {
            gradient.backend().addScaled(1, parts[p].gradient().values(), gradient.values());
        }
    }

    /** Computes surrogate and divergence at the network's parameters. */
    void evaluate() {
        passes.run(evaluate);
        improvement = 0;
        divergence = 0;
        for (PolicyPart part : parts) {
            improvement += part.improvementSum() / size;
            divergence += part.divergenceSum() / size;
        }
    }

    /** After {@link #evaluate}: how much larger {@code mean(ρA)} is than at the old policy. */
    double improvement() {
        return improvement;
    }

    /** After {@link #evaluate}: the mean divergence in nats. */
    double divergence() {
        return divergence;
    }

    /** The mean entropy of the old policy in nats. */
    double oldEntropy() {
        double sum = 0;
        for (PolicyPart part : parts) {
            sum += part.oldEntropySum();
        }
        return sum / size;
    }
}
