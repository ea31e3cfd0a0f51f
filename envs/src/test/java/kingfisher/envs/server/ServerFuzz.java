package kingfisher.envs.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kingfisher.env.v1.Attach;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CloseGroupRequest;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.GetServerInfoRequest;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.RunGroupRequest;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.env.v1.Value;
import kingfisher.envs.testing.MessageMutator;

/**
 * Sends mutated messages over a socket to a server: some bytes of a valid one changed, or some of its fields. The server
 * has to answer each within {@value #SECONDS} seconds, with a response or a status that is no fault of its own, and to
 * serve a fresh group at the end.
 *
 * <pre>
 * mvn -q -pl envs -am test-compile dependency:build-classpath -Dmdep.outputFile=target/classpath
 * java -cp envs/target/classes:envs/target/test-classes:$(cat envs/target/classpath) \
 *     kingfisher.envs.server.ServerFuzz 100000 1
 * </pre>
 *
 * <p>The arguments are the number of messages and the seed. It prints how many answers of each kind there were.
 */
public final class ServerFuzz {

    private static final int SECONDS = 20;
    private static final int MESSAGES_OF_A_STREAM = 40;
    private static final List<String> ENVIRONMENTS =
            List.of("CartPole-v1", "Pendulum-v1", ServedEnvironments.PARTS, ServedEnvironments.FAKE);

    private final SplittableRandom random;
    private final MessageMutator mutator;
    private final TestServer server;
    private final Channel channel;
    private final Map<String, Integer> outcomes = new TreeMap<>();

    private ServerFuzz(long seed, TestServer server) {
        this.random = new SplittableRandom(seed);
        this.mutator = new MessageMutator(random.split());
        this.server = server;
        this.channel =
                ClientInterceptors.intercept(server.channel(), TestServer.authorization("Bearer " + TestServer.TOKEN));
    }

    /** Sends messages; prints what came. */
    public static void main(String[] arguments) {
        int messages = Integer.parseInt(arguments[0]);
        long seed = Long.parseLong(arguments[1]);
        System.out.println(run(messages, seed));
    }

    /**
     * Sends so many messages.
     *
     * @return how often each outcome was
     * @throws AssertionError if the server fails or does not answer
     */
    static Map<String, Integer> run(int messages, long seed) {
        try (TestServer server = new TestServer()) {
            ServerFuzz fuzz = new ServerFuzz(seed, server);
            int sent = 0;
            while (sent < messages) {
                sent += fuzz.random.nextInt(5) == 0 ? fuzz.call() : fuzz.stream(messages - sent);
            }
            fuzz.requireService();
            return fuzz.outcomes;
        }
    }

    private int call() {
        switch (random.nextInt(4)) {
            case 0 ->
                unary(
                        EnvironmentServiceGrpc.getGetServerInfoMethod(),
                        GetServerInfoRequest.newBuilder().build());
            case 1 ->
                unary(
                        EnvironmentServiceGrpc.getCloseGroupMethod(),
                        CloseGroupRequest.newBuilder().setGroup("group").build());
            default -> create();
        }
        return 1;
    }

    private CreateGroupRequest.Builder group() {
        String environment = ENVIRONMENTS.get(random.nextInt(ENVIRONMENTS.size()));
        int count = 1 + random.nextInt(3);
        CreateGroupRequest.Builder request =
                TestServer.request(environment, count, AutoresetMode.forNumber(1 + random.nextInt(3)));
        if (random.nextBoolean()) {
            for (int i = 0; i < count; i++) {
                request.addSeeds(i);
            }
        }
        if (environment.equals(ServedEnvironments.FAKE)) {
            List<String> faults = List.of("none", "step", "reset", "size", "nan", "link", "make", "refuse");
            String fault = faults.get(random.nextInt(faults.size()));
            request.putArguments("fault", Value.newBuilder().setText(fault).build());
        }
        return request;
    }

    /** A group that was made in spite of the mutation is closed again. */
    private void create() {
        byte[] answer = unary(EnvironmentServiceGrpc.getCreateGroupMethod(), group().build());
        if (answer.length > 0) {
            try {
                String name = CreateGroupResponse.parseFrom(answer).getGroup();
                server.calls()
                        .closeGroup(
                                CloseGroupRequest.newBuilder().setGroup(name).build());
            } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
                throw new AssertionError("the server's answer cannot be read", broken);
            }
        }
    }

    /** Returns the answer, empty if there was only a status. */
    private <Q extends Message, A> byte[] unary(MethodDescriptor<Q, A> method, Q request) {
        Exchange exchange = new Exchange(channel.newCall(ofBytes(method), CallOptions.DEFAULT));
        exchange.send(mutator.mutate(request));
        exchange.call.halfClose();
        byte[] answer = exchange.await(); // it or the status
        if (answer.length > 0) {
            count(method.getBareMethodName() + " answered");
            exchange.await();
        } else {
            count(method.getBareMethodName() + " " + exchange.status().getCode());
        }
        return answer;
    }

    /** One stream with a group of its own; returns how many messages were sent. */
    private int stream(int most) {
        CreateGroupRequest request = group().putArguments("fault", Value.getDefaultInstance())
                .removeArguments("fault")
                .build();
        String name = server.calls().createGroup(request).getGroup();
        Exchange exchange =
                new Exchange(channel.newCall(ofBytes(EnvironmentServiceGrpc.getRunGroupMethod()), CallOptions.DEFAULT));
        exchange.send(RunGroupRequest.newBuilder()
                .setSequence(1)
                .setAttach(Attach.newBuilder().setGroup(name))
                .build()
                .toByteArray());
        exchange.await();
        long sequence = 2;
        int sent = 0;
        while (sent < Math.min(most, MESSAGES_OF_A_STREAM) && exchange.isOpen()) {
            RunGroupRequest valid = valid(request, sequence);
            boolean mutated = random.nextInt(8) > 0;
            exchange.send(mutated ? mutator.mutate(valid) : valid.toByteArray());
            byte[] answer = exchange.await();
            sent++;
            sequence = answer.length == 0 ? sequence : next(sequence, answer);
        }
        if (!exchange.isOpen()) {
            count("RunGroup " + exchange.status().getCode());
        } else if (random.nextBoolean()) {
            exchange.call.halfClose();
            exchange.await();
        } else {
            exchange.call.cancel("enough", null);
            exchange.await();
        }
        return sent;
    }

    private RunGroupRequest valid(CreateGroupRequest group, long sequence) {
        RunGroupRequest.Builder request = RunGroupRequest.newBuilder().setSequence(sequence);
        if (sequence == 2 || random.nextInt(10) == 0) {
            Reset.Builder reset = Reset.newBuilder();
            if (random.nextBoolean()) {
                reset.setMask(ByteString.copyFrom(mask(group.getCount())));
            }
            return request.setReset(reset).build();
        }
        return request.setStep(Steps.sample(group.getEnvironment(), group.getCount()))
                .build();
    }

    private static byte[] mask(int count) {
        byte[] mask = new byte[count];
        java.util.Arrays.fill(mask, (byte) 1);
        return mask;
    }

    private long next(long sequence, byte[] answer) {
        try {
            RunGroupResponse response = RunGroupResponse.parseFrom(answer);
            count("RunGroup " + (response.hasError() ? response.getError().getCode() : response.getResponseCase()));
            if (response.hasError() && response.getError().getCode() == kingfisher.env.v1.Code.CODE_INTERNAL) {
                throw new AssertionError("a fault of the server: " + response.getError());
            }
            boolean outOfOrder =
                    response.hasError() && response.getError().getMessage().contains("is the next");
            return outOfOrder ? sequence : sequence + 1;
        } catch (com.google.protobuf.InvalidProtocolBufferException broken) {
            throw new AssertionError("the server's answer cannot be read", broken);
        }
    }

    private void requireService() {
        TestStream stream = server.open(TestServer.request("CartPole-v1", 2, AutoresetMode.AUTORESET_MODE_SAME_STEP));
        stream.reset(1, 2);
        stream.step(Steps.sample("CartPole-v1", 2));
        stream.complete();
    }

    private void count(String outcome) {
        outcomes.merge(outcome, 1, Integer::sum);
    }

    private static <Q, A> MethodDescriptor<byte[], byte[]> ofBytes(MethodDescriptor<Q, A> method) {
        return method.toBuilder(new Bytes(), new Bytes()).build();
    }

    /** Messages as bytes. */
    private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
        @Override
        public InputStream stream(byte[] value) {
            return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
            try {
                return stream.readAllBytes();
            } catch (java.io.IOException failure) {
                throw new java.io.UncheckedIOException(failure);
            }
        }
    }

    /** A call whose answers and end are waited for. */
    private static final class Exchange extends ClientCall.Listener<byte[]> {
        private static final byte[] END = {};

        private final ClientCall<byte[], byte[]> call;
        private final BlockingQueue<byte[]> events = new LinkedBlockingQueue<>();
        private final List<Status> end = new ArrayList<>();

        Exchange(ClientCall<byte[], byte[]> call) {
            this.call = call;
            call.start(this, new Metadata());
            call.request(Integer.MAX_VALUE);
        }

        @Override
        public void onMessage(byte[] message) {
            events.add(message);
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            synchronized (end) {
                end.add(status);
            }
            events.add(END);
        }

        void send(byte[] message) {
            call.sendMessage(message);
        }

        /** Waits for an answer, or for the end, which is empty. */
        byte[] await() {
            try {
                byte[] event = events.poll(SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    throw new AssertionError("no answer within " + SECONDS + " s");
                }
                if (event.length == 0
                        && List.of(Status.Code.UNKNOWN, Status.Code.INTERNAL, Status.Code.UNAVAILABLE)
                                .contains(status().getCode())) {
                    throw new AssertionError("a fault of the server: " + status());
                }
                return event;
            } catch (InterruptedException interrupted) {
                throw new AssertionError(interrupted);
            }
        }

        boolean isOpen() {
            synchronized (end) {
                return end.isEmpty();
            }
        }

        Status status() {
            synchronized (end) {
                return end.isEmpty() ? Status.OK : end.get(0);
            }
        }
    }
}
