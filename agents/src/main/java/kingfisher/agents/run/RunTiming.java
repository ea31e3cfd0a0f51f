package kingfisher.agents.run;

/**
 * How long a run took.
 *
 * @param environmentSteps the steps of all environments together
 * @param wallSeconds the time from the beginning of the process, or of the resumed one, to the result
 * @param stepsPerSecond environment steps over the seconds of the training loop alone
 */
public record RunTiming(long environmentSteps, double wallSeconds, double stepsPerSecond, TimeSplit split) {}
