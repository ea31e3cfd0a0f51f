/** Spaces, numbers and arguments as messages of {@code kingfisher.env.v1}, for both ends of the environment service. */
@NullMarked
package kingfisher.envs.wire;

import org.jspecify.annotations.NullMarked;
