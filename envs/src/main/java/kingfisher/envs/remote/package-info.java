/** Environments in other processes, and the one place where an environment of any kind is opened by its id. */
@NullMarked
package kingfisher.envs.remote;

import org.jspecify.annotations.NullMarked;
