/** Probability distributions over actions or targets, as plain arithmetic on host arrays. */
@NullMarked
package kingfisher.optim.distribution;

import org.jspecify.annotations.NullMarked;
