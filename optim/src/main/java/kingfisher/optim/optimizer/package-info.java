/** First-order optimizers, schedules, gradient clipping and averages of parameters. */
@NullMarked
package kingfisher.optim.optimizer;

import org.jspecify.annotations.NullMarked;
