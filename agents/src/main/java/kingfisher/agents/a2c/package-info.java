/** Advantage actor-critic. */
@NullMarked
package kingfisher.agents.a2c;

import org.jspecify.annotations.NullMarked;
