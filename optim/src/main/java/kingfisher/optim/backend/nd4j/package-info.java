/** The backend on ND4J: the exactness oracle in double, and the engine wherever ND4J runs. */
@NullMarked
package kingfisher.optim.backend.nd4j;

import org.jspecify.annotations.NullMarked;
