/** The command line of {@code agents.jar}. */
@NullMarked
package kingfisher.agents.cli;

import org.jspecify.annotations.NullMarked;
