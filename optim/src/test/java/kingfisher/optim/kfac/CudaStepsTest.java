package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.backend.cuda.CudaBackend;
import kingfisher.optim.network.NetworkModel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole runs on a graphics processor beside runs on the cpu. */
@Tag("cuda")
final class CudaStepsTest {
    private static final long SEED = 20261126;
    private static final int ROWS = 3000;
    private static final int STEPS = 60; // several decompositions

    @ParameterizedTest
    @EnumSource
    void lossesAreThoseOfTheCpu(DampingForm form) {
        double[] cpu = losses(new CpuBackend(), form);
        for (Precision precision : Precision.values()) {
            try (Backend backend = new CudaBackend(precision)) {
                double[] cuda = losses(backend, form);
                assertThat(cuda[STEPS - 1]).isLessThan(0.9 * cuda[0]);
                for (int step = 0; step < STEPS; step++) {
                    assertThat(cuda[step])
                            .as("%s, step %d, seed %d", precision, step, SEED)
                            .isCloseTo(cpu[step], within(1e-5 * cpu[0]));
                }
            }
        }
    }

    @Test
    void runsGiveTheSameBits() {
        try (Backend first = new CudaBackend(Precision.FLOAT);
                Backend second = new CudaBackend(Precision.FLOAT)) {
            assertThat(losses(first, DampingForm.FACTORED)).containsExactly(losses(second, DampingForm.FACTORED));
        }
    }

    @Test
    void batchesAreNotCut() {
        try (Backend backend = new CudaBackend(Precision.FLOAT)) {
            assertThat(NetworkModel.isCut(backend, 100_000)).isFalse();
            assertThat(NetworkModel.isCut(new CpuBackend(), 100_000)).isTrue();
        }
    }

    private static double[] losses(Backend backend, DampingForm form) {
        SupervisedTask task = SupervisedTask.classification(backend, Activation.TANH, ROWS, SEED, 7, 32, 32, 4);
        double[] losses = new double[STEPS];
        try (Kfac kfac = task.kfac(KfacSettings.defaults()
                .withCurvature(KroneckerSettings.defaults().withDampingForm(form)))) {
            for (int step = 0; step < STEPS; step++) {
                losses[step] = kfac.step(task.objective).loss();
            }
        }
        return losses;
    }
}
