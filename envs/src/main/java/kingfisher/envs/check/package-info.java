/** Checks whether an environment keeps the contract, with messages that name the likely cause. */
@NullMarked
package kingfisher.envs.check;

import org.jspecify.annotations.NullMarked;
