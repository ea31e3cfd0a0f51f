/** What has to be settled before OpenBLAS, which every backend computes with, is loaded. */
@NullMarked
package kingfisher.optim.backend.openblas;

import org.jspecify.annotations.NullMarked;
