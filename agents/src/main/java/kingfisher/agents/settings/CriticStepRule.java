package kingfisher.agents.settings;

/** How long the steps of ACKTR's value network are. */
public enum CriticStepRule {
    /** Rate and momentum minimize the exact quadratic model of the loss. */
    EXACT,
    /** Rate and momentum are given, and a bound on the change of the values. */
    BOUNDED
}
