package kingfisher.optim.optimizer;

/** Which of the two forms of RMSProp that projects have; at a rare gradient their steps differ by orders of magnitude. */
public enum RmsPropForm {
    /** The second moment starts at 0, and ε is added to its root. */
    TORCH,
    /** The second moment starts at 1, so that first steps are short, and ε is added under the root. */
    TENSORFLOW
}
