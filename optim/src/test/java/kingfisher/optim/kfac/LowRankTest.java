package kingfisher.optim.kfac;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.linear.Dense;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.oracle.DoubleBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Gradients preconditioned by their terms against the same gradients preconditioned as sums. */
final class LowRankTest {

    private static final long SEED = 20261214;
    private static final int ROWS = 3;

    private final Backend oracle = DoubleBackend.create();

    private static KroneckerSettings settings(Application application) {
        return KroneckerSettings.defaults()
                .withDampingForm(DampingForm.FACTORED)
                .withApplication(application)
                .withPeriods(1, 2, 0);
    }

    /** Two layers that are wider than the batch is large, and one that is not. */
    private static SupervisedTask task(Backend backend) {
        return SupervisedTask.classification(backend, Activation.TANH, ROWS, SEED, 20, 30, 25, 2);
    }

    @Test
    void itIsTheSameProductToRounding() {
        assertSame(task(oracle), 1e-12);
        assertSame(task(new CpuBackend()), 5e-6);
    }

    private static void assertSame(SupervisedTask task, double bound) {
        task.objective.rowWeights().set(new double[] {0.5, 2, 1});
        ParameterVector gradient = task.parameters.zerosLike();
        ParameterVector direct = task.parameters.zerosLike();
        ParameterVector byTerms = task.fixture.vector(task.fixture.uniform(task.size()));
        try (KroneckerCurvature sums = task.curvature(task.model, settings(Application.DIRECT));
                KroneckerCurvature terms = task.curvature(task.model, settings(Application.LOW_RANK))) {
            task.objective.evaluate(gradient);
            sums.advance(0.01, List.of());
            terms.advance(0.01, List.of());
            double scale = task.objective.gradientScale();
            assertThat(scale).isEqualTo(1 / 3.5);
            sums.precondition(gradient, task.model, scale, 0.01, direct);
            terms.precondition(gradient, task.model, scale, 0.01, byTerms);
            Dense.assertClose(task.description, task.fixture.download(byTerms), task.fixture.download(direct), bound);
            // what is multiplied are the terms, where they are fewer: the sum is not read
            double[] other = task.fixture.uniform(task.size());
            terms.precondition(task.fixture.vector(other), task.model, scale, 0.01, byTerms);
            sums.precondition(task.fixture.vector(other), 0.01, direct);
            for (int l = 0; l < 3; l++) {
                CurvatureBlock block = terms.blocks().get(l);
                double[] found = Course.part(block, task.fixture.download(byTerms));
                double[] ofOther = Course.part(block, task.fixture.download(direct));
                assertThat(Dense.error(found, ofOther) < 1e-4)
                        .as("%s, %s", block.covered(), task.description)
                        .isEqualTo(l == 2);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "21, 30, 3, true",
        "26, 2, 3, false",
        "1025, 1024, 128, true",
        "101, 100, 66, true",
        "101, 100, 68, false"
    })
    void itIsChosenWhereItTakesFewerMultiplications(int rows, int columns, int batch, boolean cheaper) {
        InversePreconditioner inverse = new InversePreconditioner(new CpuBackend(), rows, columns, false, false);
        assertThat(inverse.isLowRankCheaper(batch)).isEqualTo(cheaper);
        assertThat(new InversePreconditioner(new CpuBackend(), rows, columns, true, false).isLowRankCheaper(batch))
                .isFalse();
        assertThat(new InversePreconditioner(new CpuBackend(), rows, columns, false, true).isLowRankCheaper(batch))
                .isFalse();
    }

    @Test
    void aWholeRunIsTheSameToRounding() {
        SupervisedTask direct = task(oracle);
        SupervisedTask byTerms = task(oracle);
        KfacSettings settings = KfacSettings.defaults();
        try (Kfac sums = direct.kfac(settings.withCurvature(settings(Application.DIRECT)));
                Kfac terms = byTerms.kfac(settings.withCurvature(settings(Application.LOW_RANK)))) {
            for (int step = 0; step < 12; step++) {
                sums.step(direct.objective);
                terms.step(byTerms.objective);
                Dense.assertClose(
                        "step %d, %s".formatted(step, direct.description),
                        byTerms.parameters(),
                        direct.parameters(),
                        1e-9);
            }
        }
    }

    @Test
    void anObjectiveMustNameTheModelOfItsGradient() {
        SupervisedTask task = task(new CpuBackend());
        Objective nameless = new Objective() {
            @Override
            public double evaluate() {
                return task.objective.evaluate();
            }

            @Override
            public double evaluate(ParameterVector gradient) {
                return task.objective.evaluate(gradient);
            }
        };
        KfacSettings settings = KfacSettings.defaults()
                .withRule(new StepRule.Fixed(0.1, 0), Optional.empty())
                .withConstantDamping(1);
        double[] before = task.parameters();
        try (Kfac terms = task.kfac(settings.withCurvature(settings(Application.LOW_RANK)));
                Kfac sums = task.kfac(settings)) {
            assertThatThrownBy(() -> terms.step(nameless))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            "application LOW_RANK needs an objective whose gradient is one backward pass, found");
            assertThat(task.parameters()).isEqualTo(before);
            sums.step(nameless);
            assertThat(task.parameters()).isNotEqualTo(before);
        }
    }

    @Test
    void aModelOfOtherParametersIsRefused() {
        SupervisedTask task = task(new CpuBackend());
        SupervisedTask other = task(new CpuBackend());
        try (KroneckerCurvature curvature = task.curvature(task.model, settings(Application.LOW_RANK))) {
            ParameterVector vector = task.parameters.zerosLike();
            assertThatThrownBy(() -> curvature.precondition(vector, other.model, 1, 1, vector))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the model of a gradient has its parameters in another vector");
        }
    }
}
