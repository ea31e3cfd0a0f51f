package kingfisher.optim.hessianfree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.DampingAdaptation;
import kingfisher.optim.kfac.SupervisedTask;
import kingfisher.optim.linear.DenseOperator;
import kingfisher.optim.solver.ConjugateGradientSettings;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

final class HessianFreeSettingsTest {

    private static final HessianFreeSettings DEFAULTS = HessianFreeSettings.defaults();

    private static void refuses(String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void rangesAreChecked() {
        for (double damping : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refuses("damping must be positive and finite: " + damping, () -> DEFAULTS.withConstantDamping(damping));
            refuses(
                    "preconditioner damping must be positive and finite: " + damping,
                    () -> DEFAULTS.withPreconditionerDamping(damping));
        }
        for (double warmStart : new double[] {-0.1, 1.1, Double.NaN}) {
            refuses("warm start must be in [0, 1]: " + warmStart, () -> DEFAULTS.withWarmStart(warmStart));
        }
        for (double decay : new double[] {-0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
            refuses("weight decay must be at least 0 and finite: " + decay, () -> DEFAULTS.withWeightDecay(decay));
        }
        refuses(
                "damping must be between its least and largest value, 1.0E-8 and 1.0E8: 1.0E9",
                () -> DEFAULTS.withAdaptiveDamping(1e9, DampingAdaptation.everyStep()));
        refuses("steps of a line search must be at least 1: 0", () -> new LineSearch(0, 0.5, 0.1));
        for (double shrink : new double[] {0, 1, Double.NaN}) {
            refuses("shrink of a line search must be in (0, 1): " + shrink, () -> new LineSearch(1, shrink, 0.1));
        }
        for (double decrease : new double[] {-0.1, 1, Double.NaN}) {
            refuses(
                    "sufficient decrease of a line search must be in [0, 1): " + decrease,
                    () -> new LineSearch(1, 0.5, decrease));
        }
    }

    @Test
    void boundsAreAccepted() {
        assertThat(DEFAULTS.withWarmStart(0).warmStart()).isZero();
        assertThat(DEFAULTS.withWarmStart(1).warmStart()).isEqualTo(1);
        assertThat(new LineSearch(1, 0.5, 0).sufficientDecrease()).isZero();
    }

    @Test
    void changesLeaveTheRest() {
        ConjugateGradientSettings solver = ConjugateGradientSettings.exact(7, 0.1);
        HessianFreeSettings changed = DEFAULTS.withSolver(solver)
                .withConstantDamping(3)
                .withWarmStart(0.5)
                .withLineSearch(Optional.empty())
                .withPreconditionerDamping(4)
                .withWeightDecay(0.25);
        assertThat(changed)
                .isEqualTo(new HessianFreeSettings(solver, 3, Optional.empty(), 0.5, Optional.empty(), 4, 0.25));
        assertThat(changed.withAdaptiveDamping(2, DampingAdaptation.everyFifthStep()))
                .isEqualTo(new HessianFreeSettings(
                        solver, 2, Optional.of(DampingAdaptation.everyFifthStep()), 0.5, Optional.empty(), 4, 0.25));
    }

    @Test
    void aCurvatureOfAnotherSizeIsRefused() {
        SupervisedTask task = SupervisedTask.regression(new CpuBackend(), Activation.TANH, 3, 1, 2, 2);
        refuses(
                "curvature: expected the size of the parameters, 6, found 1",
                () -> new HessianFree(DEFAULTS, task.parameters, new DenseOperator(1, new double[] {1}), null));
    }
}
