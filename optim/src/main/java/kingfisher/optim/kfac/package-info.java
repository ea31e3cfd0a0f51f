/** Kronecker-factored approximate curvature: the preconditioner, the rules for step and damping, and the optimizer. */
@NullMarked
package kingfisher.optim.kfac;

import org.jspecify.annotations.NullMarked;
