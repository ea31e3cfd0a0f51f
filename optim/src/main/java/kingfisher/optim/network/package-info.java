/** Feed-forward networks over a flat parameter vector, with traces for backward passes and curvature. */
@NullMarked
package kingfisher.optim.network;

import org.jspecify.annotations.NullMarked;
