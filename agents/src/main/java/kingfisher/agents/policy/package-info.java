/** Policies and value functions: networks with heads, what they read from observations, how they act. */
@NullMarked
package kingfisher.agents.policy;

import org.jspecify.annotations.NullMarked;
