/** Collecting batches of experience, and turning rewards into advantages and returns. */
@NullMarked
package kingfisher.agents.rollout;

import org.jspecify.annotations.NullMarked;
