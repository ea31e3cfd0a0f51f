/** Environments around an environment, which change one thing of it. */
@NullMarked
package kingfisher.envs.wrapper;

import org.jspecify.annotations.NullMarked;
