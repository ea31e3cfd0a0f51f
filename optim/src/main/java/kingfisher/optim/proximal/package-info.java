/** Objectives that keep a network near what it was, in what it predicts and in its weights. */
@NullMarked
package kingfisher.optim.proximal;

import org.jspecify.annotations.NullMarked;
