package kingfisher.optim.backend;

/** The floating-point type in which a backend stores and computes. */
public enum Precision {
    FLOAT,
    DOUBLE
}
