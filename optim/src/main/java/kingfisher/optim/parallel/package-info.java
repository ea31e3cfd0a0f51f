/** Coarse parallelism: a few tasks side by side, many thousand times a second. */
@NullMarked
package kingfisher.optim.parallel;

import org.jspecify.annotations.NullMarked;
