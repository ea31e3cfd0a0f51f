package kingfisher.envs;

import kingfisher.envs.random.Pcg64;

/** The set of values that an observation or an action can take, each given as a flat array of {@link #size()} doubles. */
public sealed interface Space permits DiscreteSpace, BoxSpace, MultiDiscreteSpace, MultiBinarySpace, CompositeSpace {

    /** The number of doubles that one element takes. */
    int size();

    /** Whether {@code values} is an element: right length, whole numbers where the space asks for them, within bounds. */
    boolean contains(double[] values);

    /**
     * Draws an element, uniformly where the space is bounded; a box without any bound is drawn from the standard normal
     * distribution, one with a single bound from the exponential distribution that starts there. Discrete and
     * multi-discrete spaces and bounded boxes of a floating-point type give Gymnasium's values for the same generator.
     *
     * @param generator modified
     */
    double[] sample(Pcg64 generator);
}
