package kingfisher.agents.trpo;

import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.settings.DivergenceDirection;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;

/**
 * What an update improves and what bounds it, over a whole rollout: the surrogate {@code mean(ρA)} with the ratio
 * {@code ρ = π(a|s) / π_old(a|s)} (Schulman et al. 2015, equation 14), and the mean divergence from the old policy.
 */
final class PolicyObjective {

    private final Passes passes;
    private final NetworkModel[][] models; // [part][block]
    private final PolicyBlock[][] blocks; // likewise
    private final PartSums gradients;
    private final int size;
    private final int gradientSubsample;
    private final double gradientScale;
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
        Backend backend = network.parameters().backend();
        Pieces parts = Passes.parts(backend, size);
        this.models = new NetworkModel[parts.count()][];
        this.blocks = new PolicyBlock[parts.count()][];
        for (int p = 0; p < parts.count(); p++) {
            Pieces cut = Passes.blocks(backend, parts, p);
            models[p] = Passes.models(cut, network);
            blocks[p] = new PolicyBlock[cut.count()];
            for (int b = 0; b < cut.count(); b++) {
                blocks[p][b] = new PolicyBlock(rollout, cut.first(b), models[p][b], distribution);
            }
        }
        this.gradients = new PartSums(parts.count(), network.parameters());
        this.gradientSubsample = gradientSubsample;
        int counted = (size + gradientSubsample - 1) / gradientSubsample;
        this.gradientScale = 1.0 / counted;
        this.begin = passes.of(parts.count(), this::begin);
        this.evaluate = passes.of(parts.count(), part -> {
            for (PolicyBlock block : blocks[part]) {
                block.evaluate(direction);
            }
        });
    }

    /** The models of all samples, by part and block. */
    NetworkModel[][] models() {
        return models;
    }

    /**
     * Takes the network's policy as the old one, and the rollout's advantages, shifted and scaled.
     *
     * @return the gradient of the surrogate there, over every so many-th sample; until the next call
     */
    ParameterVector begin(double advantageShift, double advantageScale) {
        shift = advantageShift;
        scale = advantageScale;
        passes.run(begin);
        return gradients.total();
    }

    private void begin(int part) {
        for (int b = 0; b < blocks[part].length; b++) {
            blocks[part][b].begin(shift, scale, gradientSubsample, gradientScale, gradients.addend(part, b));
            gradients.add(part, b);
        }
    }

    /** Computes surrogate and divergence at the network's parameters. */
    void evaluate() {
        passes.run(evaluate);
        improvement = 0;
        divergence = 0;
        for (PolicyBlock[] part : blocks) {
            for (PolicyBlock block : part) {
                improvement += block.improvementSum() / size;
                divergence += block.divergenceSum() / size;
            }
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
        for (PolicyBlock[] part : blocks) {
            for (PolicyBlock block : part) {
                sum += block.oldEntropySum();
            }
        }
        return sum / size;
    }
}
