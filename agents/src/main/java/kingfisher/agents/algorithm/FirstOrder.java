package kingfisher.agents.algorithm;

import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.ScheduleKind;
import kingfisher.agents.settings.Settings;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.optimizer.Adam;
import kingfisher.optim.optimizer.Optimizer;
import kingfisher.optim.optimizer.RmsProp;
import kingfisher.optim.optimizer.Schedule;
import kingfisher.optim.optimizer.Sgd;

/** Makes first-order optimizers and schedules from settings. */
public final class FirstOrder {

    private static final double ADAM_BETA_1 = 0.9;
    private static final double ADAM_BETA_2 = 0.999;

    private FirstOrder() {}

    /** Returns the optimizer that the settings ask for, for vectors with the layout of {@code parameters}. */
    public static Optimizer optimizer(Settings settings, ParameterVector parameters) {
        double epsilon = settings.get(CommonSettings.OPTIMIZER_EPSILON);
        return switch (settings.get(CommonSettings.OPTIMIZER)) {
            case ADAM -> adam(settings, parameters);
            case RMSPROP ->
                new RmsProp(
                        parameters,
                        settings.get(CommonSettings.RMSPROP_DECAY),
                        epsilon,
                        settings.get(CommonSettings.RMSPROP_FORM));
            case SGD -> new Sgd(parameters, settings.get(CommonSettings.MOMENTUM));
        };
    }

    /** Returns Adam with the ε of the settings. */
    public static Optimizer adam(Settings settings, ParameterVector parameters) {
        return new Adam(parameters, ADAM_BETA_1, ADAM_BETA_2, settings.get(CommonSettings.OPTIMIZER_EPSILON));
    }

    /** Returns a schedule that starts at {@code initial}. */
    public static Schedule schedule(ScheduleKind kind, double initial) {
        return switch (kind) {
            case CONSTANT -> new Schedule.Constant(initial);
            case LINEAR -> new Schedule.Linear(initial);
        };
    }
}
