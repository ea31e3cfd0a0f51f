/** Proximal policy optimization. */
@NullMarked
package kingfisher.agents.ppo;

import org.jspecify.annotations.NullMarked;
