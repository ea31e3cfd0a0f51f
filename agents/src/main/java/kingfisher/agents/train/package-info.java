/** The training loop: algorithm, environments, evaluations, checkpoints, one iteration after the other. */
@NullMarked
package kingfisher.agents.train;

import org.jspecify.annotations.NullMarked;
