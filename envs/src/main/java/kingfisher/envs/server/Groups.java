package kingfisher.envs.server;

import io.grpc.Status;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import kingfisher.env.v1.Code;
import org.jspecify.annotations.Nullable;

/** The groups of a server by their names: how many there are, which have a stream, and when one is given up. */
final class Groups {

    private static final int NAME_BYTES = 18;

    private final int limit;
    private final Duration attachTimeout;
    private final ScheduledExecutorService timer;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, Entry> entries = new HashMap<>();
    private boolean draining;

    Groups(int limit, Duration attachTimeout, ScheduledExecutorService timer) {
        this.limit = limit;
        this.attachTimeout = attachTimeout;
        this.timer = timer;
    }

    /** A place for a group: empty while the group is being made. */
    private static final class Entry {
        private @Nullable ServedGroup group;
        private @Nullable ScheduledFuture<?> givingUp;
        private boolean attached;
    }

    /** Whether new groups are refused, for good. */
    synchronized boolean isDraining() {
        return draining;
    }

    /**
     * Keeps a place for a group that is being made, to be filled or removed.
     *
     * @return the group's name, which cannot be guessed
     * @throws io.grpc.StatusRuntimeException if there is no place
     */
    synchronized String reserve() {
        if (draining) {
            throw Refusals.of(Status.UNAVAILABLE, "the server is stopping and takes no new groups");
        }
        if (entries.size() >= limit) {
            throw Refusals.of(
                    Status.RESOURCE_EXHAUSTED,
                    "there are " + limit + " groups already, which is the server's limit (--max-groups)");
        }
        byte[] bytes = new byte[NAME_BYTES];
        random.nextBytes(bytes);
        String name = Base64.getUrlEncoder().encodeToString(bytes);
        entries.put(name, new Entry());
        return name;
    }

    /** Puts a group into its place, where it waits for its stream for a while. */
    void fill(String name, ServedGroup group) {
        synchronized (this) {
            Entry entry = entries.get(name);
            if (entry != null) {
                entry.group = group;
                entry.givingUp =
                        timer.schedule(() -> removeUnattached(name), attachTimeout.toMillis(), TimeUnit.MILLISECONDS);
                return;
            }
        }
        group.close(); // the server is ending
    }

    /**
     * The group of that name, for a stream.
     *
     * @throws RequestFailedException if there is none, or it has a stream already
     */
    synchronized ServedGroup attach(String name) {
        Entry entry = entries.get(name);
        if (entry == null || entry.group == null) {
            throw RequestFailedException.of(
                    Code.CODE_NOT_FOUND, "there is no such group: it was closed, or waited too long", true);
        }
        if (entry.attached) {
            throw RequestFailedException.outOfPlace("the group has a stream already");
        }
        entry.attached = true;
        if (entry.givingUp != null) {
            entry.givingUp.cancel(false);
        }
        return entry.group;
    }

    /** Closes a group, or gives its place back; one that does not exist is no error. */
    void remove(String name) {
        take(name, true).ifPresent(ServedGroup::close);
    }

    /** Closes a group that no stream has. */
    void removeUnattached(String name) {
        take(name, false).ifPresent(ServedGroup::close);
    }

    private synchronized Optional<ServedGroup> take(String name, boolean evenAttached) {
        Entry entry = entries.get(name);
        if (entry == null || (entry.attached && !evenAttached)) {
            return Optional.empty();
        }
        entries.remove(name);
        if (entry.givingUp != null) {
            entry.givingUp.cancel(false);
        }
        notifyAll();
        return Optional.ofNullable(entry.group);
    }

    /** Refuses new groups from now on, and waits at most that long for those that exist to be closed. */
    synchronized void drain(Duration patience) {
        draining = true;
        long end = System.nanoTime() + patience.toNanos();
        try {
            for (long left = end - System.nanoTime(); left > 0 && !entries.isEmpty(); left = end - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        } catch (InterruptedException impatient) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes all groups; new ones are refused. */
    void closeAll() {
        List<String> names;
        synchronized (this) {
            draining = true;
            names = new ArrayList<>(entries.keySet());
        }
        names.forEach(this::remove);
    }
}
