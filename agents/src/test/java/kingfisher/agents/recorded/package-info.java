/** Updates of other libraries that were recorded, and the agents that they began with. */
@NullMarked
package kingfisher.agents.recorded;

import org.jspecify.annotations.NullMarked;
