package kingfisher.envs.remote;

import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that reads and writes all connections to Unix sockets, started when it is first needed. One does: the requests
 * to several local servers then leave one behind the other, where two threads would wait for the cores that servers take.
 */
final class SocketLoop implements AutoCloseable {

    private @Nullable EventLoopGroup group;

    /** The thread, as channels take it. */
    synchronized EventLoopGroup get() {
        if (group == null) {
            group = new MultiThreadIoEventLoopGroup(
                    1, new DefaultThreadFactory("kingfisher-sockets", true), EpollIoHandler.newFactory());
        }
        return group;
    }

    /** Ends the thread when it has done what it was told; channels must be shut down before. */
    @Override
    public synchronized void close() {
        if (group != null) {
            var unused = group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
            group = null;
        }
    }
}
