/** The command line of {@code experiments.jar}. */
@NullMarked
package kingfisher.experiments.cli;

import org.jspecify.annotations.NullMarked;
