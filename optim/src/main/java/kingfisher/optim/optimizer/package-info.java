/** First-order optimizers, schedules and gradient clipping. */
@NullMarked
package kingfisher.optim.optimizer;

import org.jspecify.annotations.NullMarked;
