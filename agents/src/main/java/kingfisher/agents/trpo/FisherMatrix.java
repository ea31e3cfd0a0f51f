package kingfisher.agents.trpo;

import java.util.Arrays;
import java.util.List;
import kingfisher.optim.curvature.FisherOperator;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.distribution.Distribution;
import kingfisher.optim.linear.LinearOperator;
import kingfisher.optim.linear.Vectors;
import kingfisher.optim.network.NetworkModel;

/** The Fisher matrix over all parts of a batch, {@code F = Σ_p (B_p / B) F_p}, whose products are computed side by side. */
final class FisherMatrix implements LinearOperator {

    private final Passes passes;
    private final FisherOperator[] parts;
    private final double[] shares;
    private final double[][] products;
    private final Runnable[] pass;
    private double[] operand = new double[0];

    /** The matrix at the models' last forward passes. */
    FisherMatrix(Passes passes, NetworkModel[] models, Distribution distribution) {
        this.passes = passes;
        NegativeLogLikelihood loss = new NegativeLogLikelihood(distribution);
        this.parts = Arrays.stream(models)
                .map(model -> new FisherOperator(model, List.of(loss.weighted(1))))
                .toArray(FisherOperator[]::new);
        double rows = Arrays.stream(models).mapToInt(NetworkModel::batch).sum();
        this.shares =
                Arrays.stream(models).mapToDouble(model -> model.batch() / rows).toArray();
        this.products = new double[parts.length][parts[0].size()];
        this.pass = passes.of(parts.length, part -> parts[part].apply(operand, products[part]));
    }

    @Override
    public int size() {
        return products[0].length;
    }

    @Override
    public void apply(double[] vector, double[] product) {
        operand = vector;
        passes.run(pass);
        Arrays.fill(product, 0);
        for (int p = 0; p < parts.length; p++) {
            Vectors.addScaled(shares[p], products[p], product);
        }
    }
}
