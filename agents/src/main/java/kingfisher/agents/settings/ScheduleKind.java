package kingfisher.agents.settings;

/** The way of a coefficient over a run. */
public enum ScheduleKind {
    /** It stays. */
    CONSTANT,
    /** It falls in a line from its start to 0 at the end of the run. */
    LINEAR
}
