/**
 * A server of native environments over the environment service, for clients in other processes and languages.
 *
 * <p>{@link kingfisher.envs.server.EnvironmentServer} is the whole; a {@code GroupStream} answers the requests of one
 * client with a {@code ServedGroup}.
 */
@NullMarked
package kingfisher.envs.server;

import org.jspecify.annotations.NullMarked;
