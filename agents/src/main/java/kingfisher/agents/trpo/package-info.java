/** Trust region policy optimization. */
@NullMarked
package kingfisher.agents.trpo;

import org.jspecify.annotations.NullMarked;
