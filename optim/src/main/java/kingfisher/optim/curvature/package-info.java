/** Exact products with the curvature of a model's objective: Gauss-Newton, Fisher and Hessian matrices. */
@NullMarked
package kingfisher.optim.curvature;

import org.jspecify.annotations.NullMarked;
