/** Hessian-free optimization: steps from conjugate gradients on the exact curvature of a batch. */
@NullMarked
package kingfisher.optim.hessianfree;

import org.jspecify.annotations.NullMarked;
