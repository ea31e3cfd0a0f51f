package kingfisher.envs.check;

/** How much a {@link Finding} matters. */
public enum Severity {
    /** The contract is broken: training on the environment is not to be trusted. */
    ERROR,
    /** Allowed, but usually a mistake. */
    WARNING
}
