/** The backend on NVIDIA's graphics processors: cuBLAS for products, kernels of our own for everything else. */
@NullMarked
package kingfisher.optim.backend.cuda;

import org.jspecify.annotations.NullMarked;
