package kingfisher.optim.example;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.NegativeLogLikelihood;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.distribution.Categorical;
import kingfisher.optim.kfac.Kfac;
import kingfisher.optim.kfac.KfacSettings;
import kingfisher.optim.kfac.StepReport;
import kingfisher.optim.kfac.SupervisedObjective;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** Tells two spirals apart; KFAC.md shows the marked lines. */
final class SpiralsExample {

    private SpiralsExample() {}

    /** Returns how many points of the spirals the network puts on the right one. */
    static int run(int points, int steps, long seed, PrintStream out) {
        double[] coordinates = new double[2 * points];
        double[] classes = new double[points];
        for (int i = 0; i < points; i++) {
            classes[i] = i % 2;
            double turn = 1 + 2.0 * i / points;
            double angle = Math.PI * (turn + classes[i]);
            coordinates[2 * i] = turn / 3 * Math.cos(angle);
            coordinates[2 * i + 1] = turn / 3 * Math.sin(angle);
        }
        // [page
        // a network 2-32-32-2; all its parameters lie in one flat vector
        Backend backend = new CpuBackend();
        List<DenseLayer> layers = new ArrayList<>(Mlp.layers("hidden", 2, List.of(32, 32), Activation.TANH));
        layers.add(new DenseLayer("output", 32, 2, Activation.IDENTITY));
        ParameterLayout.Builder layout = ParameterLayout.builder();
        layers.forEach(layer -> layer.declare(layout));
        ParameterVector parameters = new ParameterVector(backend, layout.build());
        Mlp network = new Mlp(layers, parameters);
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed);
        for (int l = 0; l < layers.size(); l++) {
            network.initialize(l, 1, random);
        }

        // what it shall learn: the class of each point, by the cross entropy of its two outputs
        Matrix input = backend.allocate(points, 2);
        backend.upload(coordinates, input);
        NetworkModel model = NetworkModel.of(points, network);
        List<WeightedMetric> metrics = List.of(new NegativeLogLikelihood(Categorical.of(2)).weighted(1));
        SupervisedObjective objective = new SupervisedObjective(model, metrics);
        objective.setBatch(input, List.of(classes));

        // how it learns
        try (Workers workers = new Workers(2);
                Kfac kfac = Kfac.of(KfacSettings.defaults(), model, metrics, seed, workers)) {
            for (int step = 0; step < steps; step++) {
                StepReport report = kfac.step(objective);
                if (step % 10 == 0) {
                    out.printf(Locale.ROOT, "step %3d  loss %.5f  λ %.3g%n", step, report.loss(), report.damping());
                }
            }
        }
        // page]
        model.forward(input);
        double[] logits = model.outputs(0);
        int right = 0;
        for (int i = 0; i < points; i++) {
            right += (logits[2 * i + 1] > logits[2 * i]) == (classes[i] == 1) ? 1 : 0;
        }
        return right;
    }
}
