package kingfisher.agents.settings;

/** A first-order rule that turns a gradient into a step. */
public enum OptimizerKind {
    /** Adam (Kingma and Ba 2015). */
    ADAM,
    /** RMSProp (Tieleman and Hinton 2012). */
    RMSPROP,
    /** Gradient descent, with momentum if that is set. */
    SGD
}
