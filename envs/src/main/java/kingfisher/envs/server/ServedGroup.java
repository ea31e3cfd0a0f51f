package kingfisher.envs.server;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.Code;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.Step;
import kingfisher.env.v1.StepBatch;
import kingfisher.envs.Environment;
import kingfisher.envs.TimeStep;
import kingfisher.envs.wire.Flags;
import kingfisher.envs.wire.SpaceLayout;
import kingfisher.envs.wire.UnreadableMessageException;
import org.jspecify.annotations.Nullable;

/**
 * N environments of one kind, stepped one after the other.
 *
 * <p>One thread at a time resets and steps; {@link #close} may come from any.
 */
final class ServedGroup implements AutoCloseable {

    private static final long[] NO_SEEDS = {};

    private final List<Environment> environments;
    private final GroupSettings settings;
    private final String id;
    private final int count;
    private final ActionReader actionReader;
    private final StepBatches batches;
    private final boolean[] finished; // whose episode is over and not yet begun anew
    private final boolean[] nothingIgnored;
    private final double[] action;
    private final SecureRandom entropy = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean closing;
    private boolean closed;
    private boolean seeded;
    private @Nullable String unready = "there has been no reset";

    /** Takes the environments over: {@link #close} closes them. */
    ServedGroup(List<Environment> environments, SpaceLayout observations, SpaceLayout actions, GroupSettings settings) {
        this.environments = List.copyOf(environments);
        this.settings = settings;
        this.id = environments.get(0).specification().id();
        this.count = environments.size();
        this.actionReader = new ActionReader(actions, count);
        this.batches = new StepBatches(observations, count, settings.infos());
        this.finished = new boolean[count];
        this.nothingIgnored = new boolean[count];
        this.action = new double[actions.space().size()];
    }

    /**
     * Starts new episodes.
     *
     * @throws RequestFailedException if that is not possible
     */
    StepBatch reset(Reset message) {
        return use(() -> resetRows(message));
    }

    /**
     * Acts once in each environment.
     *
     * @throws RequestFailedException if that is not possible
     */
    StepBatch step(Step message) {
        return use(() -> stepRows(message));
    }

    private StepBatch use(Supplier<StepBatch> request) {
        lock.lock();
        try {
            if (closing) {
                throw RequestFailedException.of(Code.CODE_NOT_FOUND, "the group has been closed", false);
            }
            return request.get();
        } finally {
            lock.unlock();
            if (closing) {
                close();
            }
        }
    }

    private StepBatch resetRows(Reset message) {
        boolean[] chosen = mask(message);
        if (!message.getOptionsMap().isEmpty()) {
            throw RequestFailedException.invalid(id + " takes no options of a reset: "
                    + Texts.shown(String.join(", ", message.getOptionsMap().keySet())));
        }
        long[] given = Seeds.of(message.getSeedsList(), count, RequestFailedException::invalid);
        long[] seeds = given.length == 0 && !seeded ? firstSeeds() : given;
        long begin = System.nanoTime();
        batches.begin();
        Arrays.fill(batches.rewards(), 0);
        for (int n = 0; n < count; n++) {
            if (chosen[n]) {
                begin(n, seeds);
                batches.terminated()[n] = false;
                batches.truncated()[n] = false;
                finished[n] = false;
            }
        }
        StepBatch batch = write(begin);
        unready = null;
        seeded = true;
        return batch;
    }

    private boolean[] mask(Reset message) {
        boolean[] chosen = new boolean[count];
        if (message.getMask().isEmpty()) {
            Arrays.fill(chosen, true);
            return chosen;
        }
        try {
            Flags.read(message.getMask(), "the mask of a reset", chosen, 0, count);
        } catch (UnreadableMessageException wrong) {
            throw RequestFailedException.invalid(String.valueOf(wrong.getMessage()));
        }
        int rows = 0;
        for (boolean one : chosen) {
            rows += one ? 1 : 0;
        }
        if (rows == 0) {
            throw RequestFailedException.invalid("the mask of a reset has no row");
        }
        if (unready != null && rows < count) {
            throw RequestFailedException.outOfPlace(
                    "a reset of " + rows + " of " + count + " rows, but " + unready + ": reset all rows");
        }
        return chosen;
    }

    private long[] firstSeeds() {
        return settings.seeds().length > 0
                ? settings.seeds()
                : entropy.longs(count, 0, Long.MAX_VALUE).toArray();
    }

    /** Begins an episode and shows its first observation. */
    private void begin(int row, long[] seeds) {
        Environment environment = environments.get(row);
        attempt(row, "reset", () -> {
            batches.showFirst(row, seeds.length == 0 ? environment.reset() : environment.reset(seeds[row]));
            return row;
        });
    }

    private StepBatch stepRows(Step message) {
        if (unready != null) {
            throw RequestFailedException.outOfPlace("a step, but " + unready + ": reset all rows first");
        }
        if (settings.autoreset() == AutoresetMode.AUTORESET_MODE_DISABLED) {
            requireRunning();
        }
        boolean nextStep = settings.autoreset() == AutoresetMode.AUTORESET_MODE_NEXT_STEP;
        double[] actions = actionReader.read(message.getActionsList(), nextStep ? finished : nothingIgnored);
        long begin = System.nanoTime();
        batches.begin();
        for (int n = 0; n < count; n++) {
            if (nextStep && finished[n]) {
                begin(n, NO_SEEDS);
                batches.rewards()[n] = 0;
                batches.terminated()[n] = false;
                batches.truncated()[n] = false;
                finished[n] = false;
            } else {
                System.arraycopy(actions, n * action.length, action, 0, action.length);
                act(n);
            }
        }
        return write(begin);
    }

    private void requireRunning() {
        List<String> over = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            if (finished[n]) {
                over.add(Integer.toString(n));
            }
        }
        if (!over.isEmpty()) {
            throw RequestFailedException.outOfPlace("a step, but the episodes of rows " + String.join(", ", over)
                    + " are over: reset these rows first");
        }
    }

    private void act(int row) {
        boolean sameStep = settings.autoreset() == AutoresetMode.AUTORESET_MODE_SAME_STEP;
        TimeStep step = attempt(row, "step", () -> {
            TimeStep taken = environments.get(row).step(action);
            if (taken.ended() && sameStep) {
                batches.addFinal(row, taken.observation());
            } else {
                batches.show(row, taken.observation());
            }
            return taken;
        });
        batches.rewards()[row] = step.reward();
        batches.terminated()[row] = step.terminated();
        batches.truncated()[row] = step.truncated();
        if (step.ended() && sameStep) {
            begin(row, NO_SEEDS);
        }
        finished[row] = step.ended() && !sameStep;
    }

    private StepBatch write(long begin) {
        long nanoseconds = System.nanoTime() - begin;
        try {
            return batches.write(nanoseconds);
        } catch (RuntimeException failure) { // an observation that its type does not have
            unready = "an environment failed";
            throw RequestFailedException.of(
                    Code.CODE_ENVIRONMENT_FAILED, id + ": " + failure.getMessage(), OptionalInt.empty(), failure);
        }
    }

    /** Lets an environment's code do something; whatever it throws makes the group wait for a reset of all rows. */
    private <T> T attempt(int row, String what, Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | Error failure) {
            unready = "environment " + row + " failed";
            throw RequestFailedException.of(
                    Code.CODE_ENVIRONMENT_FAILED,
                    "environment " + row + " of " + id + ": it failed in " + what + ": " + Texts.described(failure),
                    OptionalInt.of(row),
                    failure);
        }
    }

    /** Closes the environments, now or, if they are just acting, right after. */
    @Override
    public void close() {
        closing = true;
        if (lock.tryLock()) {
            try {
                if (!closed) {
                    closed = true;
                    environments.forEach(ServedGroup::close);
                }
            } finally {
                lock.unlock();
            }
        }
    }

    private static void close(Environment environment) {
        try {
            environment.close();
        } catch (RuntimeException failure) {
            System.err.println(environment.specification().id() + " failed in close: " + Texts.described(failure));
        }
    }
}
