package kingfisher.envs.remote;

import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.SingleThreadIoEventLoop;
import io.grpc.netty.shaded.io.netty.channel.epoll.Epoll;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollDomainSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollIoHandler;
import io.grpc.netty.shaded.io.netty.channel.epoll.EpollSocketChannel;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The event loop of all connections. A thread that waits for an answer drives it, so that it reads the answer itself and
 * requests leave as it sends them: to hand either over to another thread takes longer than many a step. While nobody
 * waits, a thread of the loop's own drives it, so that servers are asked whether they are there, and their end is noticed.
 *
 * <p>One thread at a time drives, which is the event loop's thread to all who ask. Where several threads wait at the same
 * time, it is the loop's own.
 */
final class SocketLoop extends SingleThreadIoEventLoop {

    /** How often threads look whether something else than bytes is to be noticed. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final ReentrantLock driving = new ReentrantLock();
    private final AtomicInteger taking = new AtomicInteger(); // threads that wait for the own one to let them drive
    private final AtomicInteger following = new AtomicInteger(); // threads that wait for others to do their work
    private final AtomicInteger turns = new AtomicInteger(); // how often others than the own thread have driven
    private volatile @Nullable Thread driver;
    private volatile @Nullable Thread own;
    private volatile boolean needed; // the own thread is to drive if no other does

    /** A loop whose thread starts when it is first used. */
    SocketLoop() {
        super(
                null,
                new DefaultThreadFactory("kingfisher-sockets", true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    /** The kind of channel that leads to an endpoint. */
    static Class<? extends Channel> channelType(Endpoint endpoint) {
        if (endpoint instanceof Endpoint.Unix) {
            return EpollDomainSocketChannel.class;
        }
        return Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** Runs what sends requests, which leave together when it is done. */
    void send(Runnable requests) {
        if (inEventLoop() || !enter()) {
            requests.run();
            return;
        }
        try {
            requests.run();
            runAllTasks();
        } finally {
            leave();
        }
    }

    /**
     * Waits until something is so, which may be noticed a moment late if it does not come of what this loop reads.
     *
     * @param deadline when to give up, of {@link System#nanoTime}; noticed a moment late as well
     */
    void await(BooleanSupplier condition, long deadline) throws InterruptedException {
        while (!condition.getAsBoolean() && System.nanoTime() - deadline < 0) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (enter()) {
                try {
                    drive(condition, deadline);
                } finally {
                    leave();
                }
            } else {
                follow(condition, deadline);
            }
        }
    }

    private void drive(BooleanSupplier condition, long deadline) {
        do {
            runIo();
            runAllTasks();
        } while (!condition.getAsBoolean()
                && System.nanoTime() - deadline < 0
                && !isShuttingDown()
                && !Thread.currentThread().isInterrupted());
    }

    /** Waits for whoever drives; to be woken by that thread where the condition comes true. */
    private void follow(BooleanSupplier condition, long deadline) {
        following.incrementAndGet();
        try {
            if (driver == null) {
                callOwn();
            }
            if (!condition.getAsBoolean()) {
                LockSupport.parkNanos(this, Math.min(deadline - System.nanoTime(), LOOK_NANOS));
            }
        } finally {
            following.decrementAndGet();
        }
    }

    /** Makes the current thread the driver, unless another one is that should stay so. */
    private boolean enter() {
        if (own == null || isShuttingDown() || (!driving.tryLock() && !takeOver())) {
            return false;
        }
        driver = Thread.currentThread();
        return true;
    }

    private boolean takeOver() {
        if (driver != own || following.get() > 0) {
            return false;
        }
        taking.incrementAndGet();
        try {
            execute(() -> {}); // wakes the own thread
            return driving.tryLock(LOOK_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            taking.decrementAndGet();
        }
    }

    private void leave() {
        turns.incrementAndGet();
        driver = null;
        driving.unlock();
        if (following.get() > 0 || pendingTasks() > 0) {
            callOwn();
        }
    }

    private void callOwn() {
        needed = true;
        LockSupport.unpark(own);
    }

    @Override
    public void execute(Runnable task) {
        super.execute(task);
        if (driver == null) {
            callOwn();
        }
    }

    @Override
    public boolean inEventLoop(Thread thread) {
        return thread == driver;
    }

    /** What the own thread does. */
    @Override
    protected void run() {
        own = Thread.currentThread();
        driving.lock(); // to the end, but for turns of others
        driver = own;
        ioHandler().initialize();
        var unused = scheduleWithFixedDelay(() -> {}, LOOK_NANOS, LOOK_NANOS, TimeUnit.NANOSECONDS);
        do {
            runIo();
            if (isShuttingDown()) {
                ioHandler().prepareToDestroy();
            }
            runAllTasks();
            if (taking.get() > 0 && !isShuttingDown()) {
                letOthersDrive();
            }
        } while (!confirmShutdown());
    }

    private void letOthersDrive() {
        needed = false;
        driver = null;
        driving.unlock();
        if (pendingTasks() > 0) {
            needed = true;
        }
        awaitTurn();
        driver = own;
    }

    /** Takes the loop up again when it is needed, or nobody else has driven it for a while. */
    private void awaitTurn() {
        int seen = turns.get();
        while (true) {
            if (!needed) {
                LockSupport.parkNanos(this, LOOK_NANOS);
            }
            if (isShuttingDown()) {
                driving.lock();
                return;
            }
            int now = turns.get();
            boolean turn = needed || (now == seen && taking.get() == 0);
            seen = now;
            needed = false; // whoever drives now sets it when it leaves if there is still a need
            if (turn && driving.tryLock()) {
                return;
            }
        }
    }
}
