/** ACKTR: actor-critic with Kronecker-factored trust regions. */
@NullMarked
package kingfisher.agents.acktr;

import org.jspecify.annotations.NullMarked;
