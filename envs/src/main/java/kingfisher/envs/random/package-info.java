/**
 * NumPy's default random generator, bit for bit, so that a seed gives an environment here the start that it gives
 * Gymnasium.
 */
@NullMarked
package kingfisher.envs.random;

import org.jspecify.annotations.NullMarked;
