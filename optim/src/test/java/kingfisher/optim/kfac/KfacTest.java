package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.curvature.SquaredError;
import kingfisher.optim.curvature.WeightedMetric;
import kingfisher.optim.network.NetworkModel;
import kingfisher.optim.oracle.ModelFixture;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;

final class KfacTest {

    private static final long SEED = 20261125;

    @Test
    void minimizesAMeanSquaredError() {
        Backend backend = new CpuBackend();
        ModelFixture fixture = ModelFixture.network(backend, Activation.TANH, 64, SEED, 5, 16, 16, 2);
        NetworkModel model = fixture.model();
        List<WeightedMetric> metrics = List.of(new SquaredError(2).weighted(1));
        SupervisedObjective objective = new SupervisedObjective(model, metrics);
        Matrix input = backend.allocate(64, 5);
        for (int b = 0; b < 64; b++) {
            backend.upload(fixture.inputs[b], input.rowRange(b, 1));
        }
        objective.setBatch(input, List.of(fixture.uniform(128)));
        try (Kfac kfac = Kfac.of(KfacSettings.defaults(), model, metrics, SEED, new Workers(1))) {
            double first = 0;
            double last = 0;
            for (int i = 0; i < 100; i++) {
                StepReport report = kfac.step(objective);
                if (i == 0) {
                    first = report.loss();
                }
                last = report.loss();
            }
            assertThat(last).isLessThan(0.1 * first);
        }
    }
}
