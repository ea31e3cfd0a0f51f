package kingfisher.envs.remote;

import com.google.protobuf.Message;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.GetServerInfoResponse;
import kingfisher.env.v1.InfoSelection;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.testing.MessageMutator;
import org.jspecify.annotations.Nullable;

/**
 * Sends a client mutated answers over a socket: some bytes of a valid one changed, or some of its fields. The client has to
 * go on with each, or to refuse it within {@value #SECONDS} seconds by an exception of its contract with a message of one
 * line, the same again for every further use.
 *
 * <pre>
 * mvn -q -pl envs -am test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp envs/target/classes:envs/target/test-classes:$(cat envs/target/classpath) \
 *     kingfisher.envs.remote.ClientFuzz 100000 1
 * </pre>
 *
 * <p>The arguments are the number of messages and the seed. It prints how many outcomes of each kind there were.
 */
public final class ClientFuzz implements AutoCloseable {

    private static final int SECONDS = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(SECONDS / 2);
    private static final int REQUESTS_OF_A_GROUP = 40;
    private static final int LONGEST_MESSAGE = 3_000;
    private static final List<String> ENVIRONMENTS = List.of("CartPole-v1", "Pendulum-v1", "Parts-v0", "Fake-v0");

    private static final Logger LIBRARY = Logger.getLogger("io.grpc");

    private final SplittableRandom random;
    private final Pcg64 generator;
    private final MessageMutator mutator;
    private final ScriptedServer server = new ScriptedServer(this::bytes);
    private final EnvironmentOpener opener = ScriptedTest.opener(PATIENCE);
    private final Map<String, Integer> outcomes = new TreeMap<>();
    /** The kind of answer that is mutated when it comes next. */
    private final AtomicReference<@Nullable Class<? extends Message>> target = new AtomicReference<>();

    private final Defects defects = new Defects();
    private final AtomicInteger mutated = new AtomicInteger();
    private volatile String last = "nothing";

    private ClientFuzz(long seed) {
        random = new SplittableRandom(seed);
        generator = new Pcg64(seed & Long.MAX_VALUE);
        mutator = new MessageMutator(random.split());
        opener.specification(server.id(ENVIRONMENTS.get(0)), Map.of()); // connects
    }

    /** Sends messages; prints what became of them. */
    public static void main(String[] arguments) {
        int messages = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        System.out.println(run(messages, seed));
    }

    /**
     * Sends so many mutated messages.
     *
     * @return how often each outcome was
     * @throws AssertionError if the client does anything else than its contract says
     */
    static Map<String, Integer> run(int messages, long seed) {
        ExecutorService client = Executors.newSingleThreadExecutor();
        try (ClientFuzz fuzz = new ClientFuzz(seed)) {
            LIBRARY.addHandler(fuzz.defects);
            while (fuzz.mutated.get() < messages) {
                try {
                    client.submit(fuzz::session).get(SECONDS, TimeUnit.SECONDS);
                    fuzz.defects.requireNone();
                } catch (ExecutionException | TimeoutException | InterruptedException failure) {
                    throw new AssertionError("seed " + seed + ", message " + fuzz.mutated + ": " + fuzz.last, failure);
                }
            }
            return fuzz.outcomes;
        } finally {
            client.shutdownNow();
        }
    }

    /** The bytes of an answer, other ones if the client is to be tried with it. */
    private byte[] bytes(Message valid) {
        if (!target.compareAndSet(valid.getClass(), null)) {
            return valid.toByteArray();
        }
        byte[] bytes = mutator.mutate(valid);
        mutated.incrementAndGet();
        last = valid.getClass().getSimpleName() + " " + HexFormat.of().formatHex(bytes);
        return bytes;
    }

    private void session() {
        String id = server.id(ENVIRONMENTS.get(random.nextInt(ENVIRONMENTS.size())));
        if (random.nextInt(10) > 0) {
            group(opener, id);
            return;
        }
        try (EnvironmentOpener fresh = ScriptedTest.opener(PATIENCE)) {
            target.set(GetServerInfoResponse.class);
            if (succeeds("GetServerInfo", id, () -> fresh.specification(id, Map.of()))) {
                group(fresh, id);
            }
        }
    }

    /** One group from its opening to the first answer that it cannot go on with. */
    private void group(EnvironmentOpener from, String id) {
        List<Class<? extends Message>> opening = List.of(CreateGroupResponse.class, RunGroupResponse.class);
        int choice = random.nextInt(5);
        boolean intact = choice >= opening.size();
        target.set(intact ? null : opening.get(choice));
        int count = 1 + random.nextInt(3);
        AutoresetMode mode = AutoresetMode.forNumber(1 + random.nextInt(3));
        AtomicReference<@Nullable RemoteGroup> opened = new AtomicReference<>();
        succeeds(
                intact ? "opening" : choice == 0 ? "CreateGroup" : "Attach",
                id,
                () -> opened.set(from.openGroup(id, Map.of(), count, mode, InfoSelection.INFO_SELECTION_ALL)));
        RemoteGroup group = opened.get();
        if (group != null) {
            try (group) {
                run(group, id);
            }
        }
    }

    private void run(RemoteGroup group, String id) {
        VectorTimeStep step = new VectorTimeStep(
                group.count(), group.specification().observationSpace().size());
        boolean started = false;
        for (int i = 0; i < REQUESTS_OF_A_GROUP && !group.hasFailed(); i++) {
            boolean mutating = random.nextInt(4) < (started ? 3 : 1); // most groups get to their steps
            target.set(mutating ? RunGroupResponse.class : null);
            boolean reset = !started || random.nextInt(10) == 0;
            boolean before = started;
            started |= succeeds(reset ? "Reset" : "Step", id, () -> {
                try {
                    exchange(group, reset, step);
                } catch (EnvironmentFailureException failure) {
                    require(before, failure);
                    throw failure;
                }
            });
        }
        target.set(null);
        if (group.hasFailed()) {
            String first = told(group, step);
            group.close();
            if (!first.equals(told(group, step))) {
                throw new AssertionError("another message after the first: " + first);
            }
        }
    }

    private void exchange(RemoteGroup group, boolean reset, VectorTimeStep step) {
        if (reset) {
            group.sendReset(Reset.getDefaultInstance());
        } else {
            Space space = group.specification().actionSpace();
            double[] actions = new double[group.count() * space.size()];
            for (int row = 0; row < group.count(); row++) {
                System.arraycopy(space.sample(generator), 0, actions, row * space.size(), space.size());
            }
            group.sendStep(actions);
        }
        group.receive(step);
    }

    private static String told(RemoteGroup group, VectorTimeStep step) {
        try {
            group.receive(step);
            throw new AssertionError("a group that failed goes on");
        } catch (InvalidInputException | EnvironmentFailureException failure) {
            return String.valueOf(failure.getMessage());
        }
    }

    /** Whether it works; what else than the contract's exceptions it throws goes on to the test. */
    private boolean succeeds(String what, String id, Runnable use) {
        try {
            use.run();
            count(what + " works");
            return true;
        } catch (InvalidInputException | EnvironmentFailureException | IllegalStateException refused) {
            String message = String.valueOf(refused.getMessage());
            require(message.startsWith(id + ": ") && message.length() > id.length() + 2, refused);
            require(message.chars().noneMatch(Character::isISOControl), refused);
            require(message.length() < LONGEST_MESSAGE, refused);
            require(!message.contains("has not answered"), refused);
            count(what + " " + refused.getClass().getSimpleName());
            return false;
        }
    }

    private static void require(boolean fulfilled, RuntimeException thrown) {
        if (!fulfilled) {
            throw new AssertionError(thrown);
        }
    }

    private void count(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    @Override
    public void close() {
        opener.close();
        server.close();
        LIBRARY.removeHandler(defects);
    }

    /** What gRPC reports as severe: an exception of ours on one of its threads, which nobody else would see. */
    private static final class Defects extends Handler {

        private final AtomicReference<@Nullable LogRecord> first = new AtomicReference<>();

        @Override
        public void publish(LogRecord event) {
            if (event.getLevel().intValue() >= Level.SEVERE.intValue()) {
                first.compareAndSet(null, event);
            }
        }

        void requireNone() {
            LogRecord event = first.get();
            if (event != null) {
                throw new AssertionError(event.getMessage(), event.getThrown());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
