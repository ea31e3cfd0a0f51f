/** The compute seam: a small set of coarse matrix operations, and the backends that carry them out. */
@NullMarked
package kingfisher.optim.backend;

import org.jspecify.annotations.NullMarked;
