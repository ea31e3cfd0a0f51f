package kingfisher.experiments.curves;

import kingfisher.optim.curvature.GaussNewtonOperator;
import kingfisher.optim.hessianfree.HessianFree;
import kingfisher.optim.hessianfree.HessianFreeSettings;
import kingfisher.optim.kfac.Kfac;
import kingfisher.optim.kfac.KfacSettings;
import kingfisher.optim.kfac.KroneckerCurvature;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.Optimizer;

/** An optimizer at work on a workbench. */
interface Learner extends AutoCloseable {

    /** Makes an update. */
    void step();

    @Override
    default void close() {}

    /** Returns a first-order optimizer: a batch an update. */
    static Learner firstOrder(Workbench bench, Optimizer optimizer, double learningRate) {
        ParameterVector parameters = bench.autoencoder.parameters();
        ParameterVector gradient = parameters.zerosLike();
        return () -> {
            bench.nextBatch();
            bench.objective.evaluate(gradient);
            optimizer.step(parameters, gradient, 1, learningRate);
        };
    }

    /** Returns K-FAC: a batch an update. */
    static Learner kfac(Workbench bench, KfacSettings settings) {
        Kfac kfac = Kfac.of(settings, bench.model, bench.metrics, bench.seed, bench.workers);
        return new Learner() {
            @Override
            public void step() {
                bench.nextBatch();
                kfac.step(bench.objective);
            }

            @Override
            public void close() {
                kfac.close();
            }
        };
    }

    /** Returns Hessian-free optimization: loss and gradient of all images, the curvature of a batch. */
    static Learner hessianFree(Workbench bench, HessianFreeSettings settings) {
        return hessianFree(
                bench,
                new HessianFree(
                        settings,
                        bench.autoencoder.parameters(),
                        new GaussNewtonOperator(bench.model, bench.metrics),
                        null));
    }

    /** Returns the same with K-FAC as the preconditioner, whose factors are those of the batches so far. */
    static Learner hessianFree(Workbench bench, HessianFreeSettings settings, KroneckerSettings preconditioner) {
        KroneckerCurvature factors =
                new KroneckerCurvature(bench.model, bench.metrics, preconditioner, bench.seed, bench.workers);
        Learner learner = hessianFree(
                bench,
                new HessianFree(
                        settings,
                        bench.autoencoder.parameters(),
                        new GaussNewtonOperator(bench.model, bench.metrics),
                        factors));
        return new Learner() {
            @Override
            public void step() {
                learner.step();
            }

            @Override
            public void close() {
                factors.close();
            }
        };
    }

    private static Learner hessianFree(Workbench bench, HessianFree optimizer) {
        return () -> {
            bench.nextBatch();
            bench.forward();
            optimizer.step(bench.training);
        };
    }
}
