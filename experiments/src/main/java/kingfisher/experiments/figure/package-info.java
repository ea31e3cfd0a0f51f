/** Figures of Grosse's chapter on second-order optimization, drawn from our own runs of what they show. */
@NullMarked
package kingfisher.experiments.figure;

import org.jspecify.annotations.NullMarked;
