package kingfisher.optim.example;

import java.util.List;
import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.hessianfree.HessianFree;
import kingfisher.optim.hessianfree.HessianFreeSettings;
import kingfisher.optim.kfac.KroneckerCurvature;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.kfac.Objective;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.parallel.Workers;

/** Hessian-free training with K-FAC as the preconditioner; the marked lines are in README.md. */
final class HessianFreeExample {
    private HessianFreeExample() {}

    static double fit(NetworkModel model, List<WeightedMetric> metrics, Objective objective, long seed, double goal) {
        double loss = Double.POSITIVE_INFINITY;
        // [page
        GaussNewtonOperator curvature = new GaussNewtonOperator(model, metrics);
        KroneckerSettings fresh = KroneckerSettings.defaults().withPeriods(1, 1, 0);
        try (Workers workers = new Workers(2);
                KroneckerCurvature factors = new KroneckerCurvature(model, metrics, fresh, seed, workers)) {
            HessianFree optimizer =
                    new HessianFree(HessianFreeSettings.defaults(), model.parameters(), curvature, factors);
            for (int step = 0; step < 100 && loss > goal; step++) {
                StepReport report = optimizer.step(objective);
                loss = report.newLoss();
            }
        }
        // page]
        return loss;
    }
}
