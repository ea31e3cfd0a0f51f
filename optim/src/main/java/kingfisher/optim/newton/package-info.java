/** Newton's and the Gauss-Newton method on explicit matrices, methods that need gradients only, and changes of coordinates. */
@NullMarked
package kingfisher.optim.newton;

import org.jspecify.annotations.NullMarked;
