/** Linear maps on flat vectors of host numbers. */
@NullMarked
package kingfisher.optim.linear;

import org.jspecify.annotations.NullMarked;
