/** Environments by their ids: the built-in ones and those that a user's own providers register. */
@NullMarked
package kingfisher.envs.registry;

import org.jspecify.annotations.NullMarked;
