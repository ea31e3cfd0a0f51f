package kingfisher.envs.server;

import io.grpc.InsecureServerCredentials;
import io.grpc.ServerCredentials;
import io.grpc.TlsServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.unix.DomainSocketAddress;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.wire.Protocol;

/** How bytes come to a server: over TCP or a Unix socket, encrypted or not. */
final class Transport implements AutoCloseable {

    private static final int EVENT_LOOPS = 2;

    private final List<EventLoopGroup> own = new ArrayList<>();

    /**
     * Returns a builder of a server that listens at the address; a Unix socket's file must not be there.
     *
     * @throws InvalidInputException if the TLS files cannot be used, or there are no Unix sockets here
     */
    NettyServerBuilder builder(ServerSettings settings) {
        return listening(settings)
                .maxInboundMessageSize(settings.limits().messageBytes())
                .keepAliveTime(Protocol.KEEPALIVE_INTERVAL.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTimeout(Protocol.KEEPALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveTime(Protocol.KEEPALIVE_PERMITTED.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
    }

    private NettyServerBuilder listening(ServerSettings settings) {
        if (settings.tls().isEmpty()) {
            return listening(settings.address(), InsecureServerCredentials.create());
        }
        TlsFiles files = settings.tls().get();
        try {
            return listening(settings.address(), credentials(files));
        } catch (IOException | IllegalArgumentException wrong) { // here or when the certificates are taken up
            throw new InvalidInputException("the TLS files " + files.certificate() + ", " + files.key()
                    + files.authorities().map(file -> ", " + file).orElse("") + " cannot be used: "
                    + Texts.oneLine(String.valueOf(wrong.getMessage())));
        }
    }

    private NettyServerBuilder listening(ListenAddress address, ServerCredentials credentials) {
        if (address instanceof ListenAddress.Tcp tcp) {
            return NettyServerBuilder.forAddress(tcp.address(), credentials);
        }
        if (!Epoll.isAvailable()) {
            throw new InvalidInputException(address + ": Unix sockets are served on Linux only; give HOST:PORT");
        }
        File socket = ((ListenAddress.Unix) address).path().toAbsolutePath().toFile();
        return NettyServerBuilder.forAddress(new DomainSocketAddress(socket), credentials)
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(eventLoops(1))
                .workerEventLoopGroup(eventLoops(EVENT_LOOPS));
    }

    private EventLoopGroup eventLoops(int threads) {
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(threads, EpollIoHandler.newFactory());
        own.add(group);
        return group;
    }

    private static ServerCredentials credentials(TlsFiles files) throws IOException {
        TlsServerCredentials.Builder credentials = TlsServerCredentials.newBuilder()
                .keyManager(files.certificate().toFile(), files.key().toFile());
        if (files.authorities().isPresent()) {
            credentials
                    .trustManager(files.authorities().get().toFile())
                    .clientAuth(TlsServerCredentials.ClientAuth.REQUIRE);
        }
        return credentials.build();
    }

    @Override
    public void close() {
        for (EventLoopGroup group : own) {
            group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
        }
    }
}
