package kingfisher.agents.trpo;

import java.util.Arrays;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterVector;

/**
 * The Fisher matrix of a policy, {@code F = (1/B) Σ_b J_bᵀ F_b J_b}, at the point of its models' last forward passes: what
 * {@link kingfisher.optim.curvature.FisherOperator} is, block by block.
 */
final class FisherMatrix implements LinearOperator {

    private final Passes passes;
    private final NetworkModel[][] models; // [part][block]
    private final Distribution distribution;
    private final double[] ones;
    private final double scale;
    private final ParameterVector operand;
    private final PartSums sums;
    private final Runnable[] pass;

    FisherMatrix(Passes passes, NetworkModel[][] models, Distribution distribution) {
        this.passes = passes;
        this.models = models;
        this.distribution = distribution;
        int rows = Arrays.stream(models)
                .flatMap(Arrays::stream)
                .mapToInt(NetworkModel::batch)
                .sum();
        this.scale = 1.0 / rows;
        this.ones = new double[rows];
        Arrays.fill(ones, 1);
        this.operand = models[0][0].parameters().zerosLike();
        this.sums = new PartSums(models.length, operand);
        this.pass = passes.of(models.length, this::multiply);
    }

    @Override
    public int size() {
        return operand.layout().size();
    }

    @Override
    public void apply(double[] vector, double[] product) {
        operand.backend().upload(vector, operand.values());
        passes.run(pass);
        operand.backend().download(sums.total().values(), product);
    }

    private void multiply(int part) {
        for (int block = 0; block < models[part].length; block++) {
            NetworkModel model = models[part][block];
            model.pushForward(operand);
            double[] cotangents = model.outputCotangents(0);
            Arrays.fill(cotangents, 0);
            distribution.addFisherProduct(model.batch(), model.outputs(0), model.outputTangents(0), ones, cotangents);
            model.pullBack(scale, sums.addend(part, block));
            sums.add(part, block);
        }
    }
}
