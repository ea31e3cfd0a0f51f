/** How pictures of runs look. */
@NullMarked
package kingfisher.agents.plot;

import org.jspecify.annotations.NullMarked;
