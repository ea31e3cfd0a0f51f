/**
 * What an environment is: spaces, specification, step contract, and groups of environments stepped together.
 *
 * <p>Observations and actions travel as flat {@code double[]} arrays; a discrete value is its number. Native environments
 * are in {@link kingfisher.envs.classic}, the way to open one by its id is in {@link kingfisher.envs.registry}.
 */
@NullMarked
package kingfisher.envs;

import org.jspecify.annotations.NullMarked;
