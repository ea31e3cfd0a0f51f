/** Iterative solvers of linear systems whose matrix is known by its products. */
@NullMarked
package kingfisher.optim.solver;

import org.jspecify.annotations.NullMarked;
