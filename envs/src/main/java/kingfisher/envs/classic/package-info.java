/**
 * The classic control tasks of Gymnasium in Java: the same dynamics, rewards, limits and starts from a seed.
 *
 * <p>Each class evaluates Gymnasium's equations in Gymnasium's order and in its number types, so that float32
 * observations agree; {@code envs/README.md} says how far.
 */
@NullMarked
package kingfisher.envs.classic;

import org.jspecify.annotations.NullMarked;
