/** What all algorithms have in common. */
@NullMarked
package kingfisher.agents.algorithm;

import org.jspecify.annotations.NullMarked;
