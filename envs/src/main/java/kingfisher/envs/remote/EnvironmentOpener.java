package kingfisher.envs.remote;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.InfoSelection;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.registry.Environments;
import kingfisher.envs.wire.TokenPlaces;
import kingfisher.envs.wrapper.OrderEnforcing;
import org.jspecify.annotations.Nullable;

/**
 * Opens environments by their ids: {@code CartPole-v1} in this process, {@code gym:HalfCheetah-v5} in a Gymnasium server
 * that it starts, {@code grpc://HOST:PORT/ID}, {@code grpcs://HOST:PORT/ID} and {@code grpc:unix:PATH/ID} on a server that
 * runs.
 *
 * <p>Local servers are started when they are first needed, shared by all environments that are opened here, and stopped
 * by {@link #close}. May be used by several threads.
 *
 * <p>An environment elsewhere can fail: before its first reset has succeeded that is an {@link InvalidInputException}, later
 * an {@link kingfisher.envs.EnvironmentFailureException}, each with one line that says what to do.
 */
public final class EnvironmentOpener implements AutoCloseable {

    private final ConnectionOptions options;
    private final Deadlines deadlines;
    private final LocalServers localServers;
    private final Map<Endpoint, ServerConnection> connections = new HashMap<>();
    private @Nullable SocketLoop loop;

    /** Makes an opener; nothing is started or connected yet. */
    public EnvironmentOpener(ConnectionOptions options) {
        this(options, Deadlines.of(options));
    }

    /** Makes an opener with other deadlines than the usual ones. */
    EnvironmentOpener(ConnectionOptions options, Deadlines deadlines) {
        this.options = options;
        this.deadlines = deadlines;
        this.localServers = new LocalServers(options, deadlines.connect(), new ServerMessages(System.err::println));
    }

    /**
     * What is known of an environment before its first step.
     *
     * @param arguments values for some of its arguments, by name; a remote one also takes {@code max_episode_steps}
     * @throws InvalidInputException if there is no such environment or server, or an argument is not accepted
     */
    public EnvironmentSpecification specification(String id, Map<String, String> arguments) {
        if (EnvironmentAddress.parse(id) instanceof EnvironmentAddress.Native) {
            return Environments.specification(id, arguments);
        }
        try (Environment environment = open(id, arguments)) {
            return environment.specification();
        }
    }

    /**
     * Opens one environment.
     *
     * @throws InvalidInputException as {@link #specification}
     */
    public Environment open(String id, Map<String, String> arguments) {
        if (EnvironmentAddress.parse(id) instanceof EnvironmentAddress.Native) {
            return Environments.create(id, arguments);
        }
        return new OrderEnforcing(new RemoteEnvironment(
                openGroup(id, arguments, 1, AutoresetMode.AUTORESET_MODE_DISABLED, InfoSelection.INFO_SELECTION_NONE)));
    }

    /**
     * Opens a group of {@code count} environments.
     *
     * @throws InvalidInputException as {@link #specification}, or if {@code count} is less than 1
     */
    public VectorEnvironment openVector(String id, Map<String, String> arguments, int count) {
        return openVectors(id, arguments, count, 1).get(0);
    }

    /**
     * Opens groups that step independently of each other. Where there are several local servers, no two groups share one as
     * long as there are enough: the threads of a server can't run Python at the same time.
     *
     * @param count environments of a group
     * @throws InvalidInputException as {@link #specification}, or if a number is less than 1
     */
    public List<VectorEnvironment> openVectors(String id, Map<String, String> arguments, int count, int groups) {
        EnvironmentAddress address = EnvironmentAddress.parse(id);
        if (address instanceof EnvironmentAddress.Native) {
            return VectorEnvironment.several(groups, g -> Environments.createVector(id, arguments, count));
        }
        requireCount(count);
        GroupSettings settings = settings(
                id, address, arguments, AutoresetMode.AUTORESET_MODE_SAME_STEP, InfoSelection.INFO_SELECTION_NONE);
        int wanted = options.servers().orElseGet(() -> Runtime.getRuntime().availableProcessors());
        List<ServerConnection> servers = servers(id, address, (int) Math.min(wanted, (long) count * groups));
        return VectorEnvironment.several(
                groups, g -> new RemoteVectorEnvironment(groups(settings, share(servers, g, groups), count)));
    }

    /** The servers of one of several groups: its own, or if there are too few one that it shares. */
    static <T> List<T> share(List<T> servers, int group, int groups) {
        int count = servers.size();
        return count < groups
                ? List.of(servers.get(group % count))
                : servers.subList(count * group / groups, count * (group + 1) / groups);
    }

    /**
     * Opens a group of {@code count} environments that are not native, all on one server, with a choice of what the
     * service's contract offers.
     *
     * @throws InvalidInputException as {@link #openVector}, or if the environment is native
     */
    public RemoteGroup openGroup(
            String id, Map<String, String> arguments, int count, AutoresetMode autoreset, InfoSelection infos) {
        EnvironmentAddress address = EnvironmentAddress.parse(id);
        requireCount(count);
        return groups(settings(id, address, arguments, autoreset, infos), servers(id, address, 1), count)
                .get(0);
    }

    private static void requireCount(int count) {
        if (count < 1) {
            throw new InvalidInputException("the number of environments must be at least 1: " + count);
        }
    }

    private static GroupSettings settings(
            String id,
            EnvironmentAddress address,
            Map<String, String> arguments,
            AutoresetMode autoreset,
            InfoSelection infos) {
        String environment;
        if (address instanceof EnvironmentAddress.LocalGymnasium local) {
            environment = local.environment();
        } else if (address instanceof EnvironmentAddress.Remote remote) {
            environment = remote.environment();
        } else {
            throw new InvalidInputException(
                    id + " is in this process; an id outside it has the form " + EnvironmentAddress.FORMS);
        }
        return GroupSettings.of(id, environment, arguments, autoreset, infos);
    }

    /** Shares the rows among the servers, of which the first ones get one more where they do not go up. */
    private static List<RemoteGroup> groups(GroupSettings settings, List<ServerConnection> servers, int count) {
        List<RemoteGroup> groups = new ArrayList<>();
        try {
            int first = 0;
            for (int i = 0; i < servers.size(); i++) {
                int rows = count / servers.size() + (i < count % servers.size() ? 1 : 0);
                groups.add(servers.get(i).createGroup(settings, first, rows));
                first += rows;
                if (!groups.get(i).specification().equals(groups.get(0).specification())) {
                    throw new InvalidInputException(settings.id() + " is not the same on all servers: "
                            + Failures.oneLine(groups.get(0).specification() + " and "
                                    + groups.get(i).specification()));
                }
            }
        } catch (RuntimeException failure) {
            groups.forEach(RemoteGroup::close);
            throw failure;
        }
        return groups;
    }

    private synchronized List<ServerConnection> servers(String id, EnvironmentAddress address, int count) {
        if (address instanceof EnvironmentAddress.Remote remote) {
            Channels.requireFitting(id, remote.endpoint(), options);
            return List.of(connection(id, remote.endpoint()));
        }
        List<ServerConnection> servers = new ArrayList<>();
        for (LocalServer server : localServers(id, count)) {
            servers.add(connections.computeIfAbsent(
                    server.endpoint(),
                    endpoint -> ServerConnection.open(id, Peer.of(server), options, deadlines, loop())));
        }
        return servers;
    }

    private List<LocalServer> localServers(String id, int count) {
        try {
            return localServers.get(count);
        } catch (InvalidInputException failure) {
            throw new InvalidInputException(id + ": " + failure.getMessage());
        }
    }

    private ServerConnection connection(String id, Endpoint endpoint) {
        return connections.computeIfAbsent(endpoint, absent -> {
            Peer peer = Peer.elsewhere(
                    endpoint, new Tokens(TokenPlaces.ofProcess()).find(options.tokenFile(), endpoint), options);
            return ServerConnection.open(id, peer, options, deadlines, loop());
        });
    }

    private SocketLoop loop() {
        if (loop == null) {
            loop = new SocketLoop();
        }
        return loop;
    }

    /** The versions of what decides trajectories on the servers used so far, such as {@code mujoco}, by name. */
    public synchronized Map<String, String> versions() {
        Map<String, String> versions = new TreeMap<>();
        for (ServerConnection connection : connections.values()) {
            versions.put(connection.info().getName(), connection.info().getVersion());
            versions.putAll(connection.info().getRuntimeMap());
        }
        return versions;
    }

    /** Closes all connections and stops the local servers; environments that are still open fail then. */
    @Override
    public synchronized void close() {
        connections.values().forEach(ServerConnection::close);
        connections.clear();
        if (loop != null) {
            var unused = loop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            loop = null;
        }
        localServers.close();
    }
}
