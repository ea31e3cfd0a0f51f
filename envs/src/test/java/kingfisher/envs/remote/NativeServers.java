package kingfisher.envs.remote;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.InfoSelection;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.server.EnvironmentServer;
import kingfisher.envs.server.Limits;
import kingfisher.envs.server.ListenAddress;
import kingfisher.envs.server.ServerSettings;

/** Servers of native environments in this process, on free ports and without token, with connections to them. */
final class NativeServers implements AutoCloseable {

    private final List<EnvironmentServer> servers;
    private final List<ServerConnection> connections = new ArrayList<>();

    NativeServers(int count) {
        servers = IntStream.range(0, count).mapToObj(i -> start()).toList();
        servers.forEach(server -> connections.add(connect(server)));
    }

    private static EnvironmentServer start() {
        return EnvironmentServer.start(new ServerSettings(
                new ListenAddress.Tcp(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Limits.DEFAULT,
                ServerSettings.ATTACH_TIMEOUT));
    }

    private static ServerConnection connect(EnvironmentServer server) {
        ConnectionOptions options = ConnectionOptions.DEFAULT;
        int port = ((ListenAddress.Tcp) server.address()).address().getPort();
        Peer peer = Peer.elsewhere(new Endpoint.Tcp("127.0.0.1", port, false), Optional.empty(), options);
        return ServerConnection.open("tests", peer, options, Deadlines.of(options), new SocketLoop());
    }

    /** The id of an environment on the first server. */
    String id(String environment) {
        return "grpc://" + servers.get(0).address() + "/" + environment;
    }

    /** Environments shared among groups, which are shared among the servers. */
    VectorEnvironment share(String environment, int count, int groups) {
        GroupSettings settings = GroupSettings.of(
                id(environment),
                environment,
                Map.of(),
                AutoresetMode.AUTORESET_MODE_SAME_STEP,
                InfoSelection.INFO_SELECTION_NONE);
        List<RemoteGroup> made = new ArrayList<>();
        int first = 0;
        for (int i = 0; i < Math.min(groups, count); i++) {
            int rows = count / groups + (i < count % groups ? 1 : 0);
            made.add(connections.get(i % connections.size()).createGroup(settings, first, rows));
            first += rows;
        }
        return new RemoteVectorEnvironment(made);
    }

    @Override
    public void close() {
        connections.forEach(ServerConnection::close);
        servers.forEach(EnvironmentServer::close);
    }
}
