/** Environments and what every user of them shares: names, input errors. */
@NullMarked
package kingfisher.envs;

import org.jspecify.annotations.NullMarked;
