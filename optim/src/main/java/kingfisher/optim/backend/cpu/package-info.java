/** The default backend: {@code float[]} on the heap, an optimised BLAS for products, flat loops for the rest. */
@NullMarked
package kingfisher.optim.backend.cpu;

import org.jspecify.annotations.NullMarked;
