/** Decompositions of symmetric matrices and linear operators, in double on the host. */
@NullMarked
package kingfisher.optim.linear;

import org.jspecify.annotations.NullMarked;
