package kingfisher.envs.server;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kingfisher.env.v1.Attach;
import kingfisher.env.v1.EnvironmentServiceGrpc;
import kingfisher.env.v1.Error;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.RunGroupRequest;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.env.v1.Step;
import kingfisher.env.v1.StepBatch;

/** One stream on the generated stub: sends a request, waits for its answer. */
final class TestStream implements StreamObserver<RunGroupResponse> {

    private static final long SECONDS = 30;

    private final BlockingQueue<RunGroupResponse> responses = new LinkedBlockingQueue<>();
    private final BlockingQueue<Status> end = new LinkedBlockingQueue<>();
    private final StreamObserver<RunGroupRequest> requests;
    private long sequence;

    TestStream(EnvironmentServiceGrpc.EnvironmentServiceStub stub) {
        requests = stub.runGroup(this);
    }

    @Override
    public void onNext(RunGroupResponse response) {
        responses.add(response);
    }

    @Override
    public void onError(Throwable failure) {
        end.add(Status.fromThrowable(failure));
    }

    @Override
    public void onCompleted() {
        end.add(Status.OK);
    }

    /** Sends a request with the next number. */
    RunGroupResponse send(RunGroupRequest.Builder request) {
        sequence++;
        return sendWith(sequence, request);
    }

    /** Sends a request with any number. */
    RunGroupResponse sendWith(long number, RunGroupRequest.Builder request) {
        post(request.setSequence(number).build());
        RunGroupResponse response = poll(responses);
        if (response.getSequence() != number) {
            throw new AssertionError("the answer has the number " + response.getSequence() + ", not " + number);
        }
        return response;
    }

    /** Sends without waiting. */
    void post(RunGroupRequest request) {
        requests.onNext(request);
    }

    /** Waits for an answer. */
    RunGroupResponse take() {
        return poll(responses);
    }

    TestStream attach(String group) {
        RunGroupResponse response =
                send(RunGroupRequest.newBuilder().setAttach(Attach.newBuilder().setGroup(group)));
        if (!response.hasAttached()) {
            throw new AssertionError("not attached: " + response);
        }
        return this;
    }

    StepBatch reset(long... seeds) {
        Reset.Builder reset = Reset.newBuilder();
        for (long seed : seeds) {
            reset.addSeeds(seed);
        }
        return batch(send(RunGroupRequest.newBuilder().setReset(reset)));
    }

    StepBatch reset(Reset.Builder reset) {
        return batch(send(RunGroupRequest.newBuilder().setReset(reset)));
    }

    StepBatch step(Step step) {
        return batch(send(RunGroupRequest.newBuilder().setStep(step)));
    }

    /** The error that answers a request. */
    Error error(RunGroupRequest.Builder request) {
        RunGroupResponse response = send(request);
        if (!response.hasError()) {
            throw new AssertionError("no error: " + response);
        }
        return response.getError();
    }

    private static StepBatch batch(RunGroupResponse response) {
        if (!response.hasBatch()) {
            throw new AssertionError("no batch: " + response);
        }
        return response.getBatch();
    }

    /** Says that nothing more comes, and waits for the end. */
    Status complete() {
        requests.onCompleted();
        return end();
    }

    /** Breaks off. */
    void cancel() {
        requests.onError(Status.CANCELLED.asRuntimeException());
    }

    /** Waits for the end of the stream. */
    Status end() {
        return poll(end);
    }

    private static <T> T poll(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(SECONDS, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing came within " + SECONDS + " s");
            }
            return next;
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
