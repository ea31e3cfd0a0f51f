package kingfisher.envs.remote;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import kingfisher.env.v1.Attach;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.Error;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.RunGroupRequest;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.env.v1.Step;
import kingfisher.env.v1.StepBatch;
import kingfisher.envs.EnvironmentFailureException;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.wire.RowTensors;
import kingfisher.envs.wire.SpaceLayout;
import kingfisher.envs.wire.SpecificationMessages;
import kingfisher.envs.wire.UnreadableMessageException;
import org.jspecify.annotations.Nullable;

/**
 * N environments on a server, stepped by requests of the environment service: any autoreset mode, seeds, masks and options
 * of resets, infos. {@link RemoteVectorEnvironment} is the simple way to use one.
 *
 * <p>A request is sent, then its answer received, exactly in turn. A group that cannot go on throws
 * {@link EnvironmentFailureException}, or {@link InvalidInputException} before the first reset has succeeded, and the same
 * again for whatever is asked of it after that. Used by one thread at a time.
 */
public final class RemoteGroup implements AutoCloseable {

    private final EnvironmentSpecification specification;
    private final int first;
    private final int count;
    private final GroupStream stream;
    private final Failures failures;
    private final Duration patience;
    private final RowTensors actions;
    private final StepBatchReader reader;
    private long sequence;
    private long deadline;
    private Pending pending = Pending.NONE;
    private boolean started;
    private boolean closed;
    private @Nullable String failure;

    private enum Pending {
        NONE("nothing"),
        ATTACH("to be attached to the environments"),
        RESET("to a reset"),
        RESET_OF_ROWS("to a reset"),
        STEP("to a step");

        private final String request;

        Pending(String request) {
            this.request = request;
        }
    }

    /**
     * Attaches to a group that was created.
     *
     * @param first the row of time steps and actions that is the group's first
     * @throws InvalidInputException if the server's answer cannot be used, or the stream does not come up
     */
    RemoteGroup(
            GroupSettings settings,
            int first,
            int count,
            CreateGroupResponse created,
            ServerConnection server,
            Deadlines deadlines) {
        this.failures = server.failures();
        this.first = first;
        this.count = count;
        this.patience = deadlines.request();
        try {
            SpaceLayout observationLayout =
                    SpaceLayout.read(created.getSpecification().getObservationSpace(), "the observation space");
            SpaceLayout actionLayout =
                    SpaceLayout.read(created.getSpecification().getActionSpace(), "the action space");
            if (!created.getObservationLeavesList().equals(observationLayout.leaves())
                    || !created.getActionLeavesList().equals(actionLayout.leaves())) {
                throw new UnreadableMessageException("the leaves are not those of the spaces");
            }
            server.requireRoom(observationLayout, count);
            server.requireRoom(actionLayout, count);
            this.specification = SpecificationMessages.read(
                    created.getSpecification(), settings.id(), observationLayout, actionLayout);
            this.actions = new RowTensors(actionLayout, "action", first, count);
            this.reader = new StepBatchReader(
                    observationLayout, first, count, settings.autoreset() == AutoresetMode.AUTORESET_MODE_SAME_STEP);
        } catch (UnreadableMessageException refused) {
            server.closeGroup(created.getGroup());
            throw new InvalidInputException(settings.id() + ": " + Failures.oneLine(refused.getMessage()));
        }
        this.stream = server.stream();
        send(
                RunGroupRequest.newBuilder().setAttach(Attach.newBuilder().setGroup(created.getGroup())),
                Pending.ATTACH,
                deadlines.connect());
        RunGroupResponse response = await(deadlines.connect());
        pending = Pending.NONE;
        if (response.hasError()) {
            throw failed(failures.told(response.getError()), null);
        }
        if (!response.hasAttached()) {
            throw failed(failures.broken("Attach is answered by " + response.getResponseCase()), null);
        }
    }

    /** What is known of one of the environments. */
    public EnvironmentSpecification specification() {
        return specification;
    }

    /** N, the number of environments. */
    public int count() {
        return count;
    }

    /**
     * Asks for new episodes.
     *
     * @param reset seeds, a mask and options, each as the service's contract says
     * @throws IllegalStateException if an answer is due, or the group is closed
     */
    public void sendReset(Reset reset) {
        requireReady();
        Pending kind = reset.getMask().isEmpty() ? Pending.RESET : Pending.RESET_OF_ROWS;
        send(RunGroupRequest.newBuilder().setReset(reset), kind, patience);
    }

    /**
     * Asks for a step.
     *
     * @param values the actions, [N × action size]; not modified, and free for other use once this returns
     * @throws InvalidInputException if one is no action: a number that is not finite, or not in a discrete space; nothing is
     *     sent then
     * @throws IllegalStateException if an answer is due, or the group is closed
     */
    public void sendStep(double[] values) {
        requireReady();
        send(stepOf(values));
    }

    /** The request for a step, for several groups that are to step all or none. */
    Step stepOf(double[] values) {
        try {
            return Step.newBuilder().addAllActions(actions.writeChecked(values)).build();
        } catch (InvalidInputException refused) {
            throw new InvalidInputException(specification.id() + ": " + Failures.oneLine(refused.getMessage()));
        }
    }

    /** Sends what {@link #stepOf} gave. */
    void send(Step step) {
        send(RunGroupRequest.newBuilder().setStep(step), Pending.STEP, patience);
    }

    /** Runs what sends steps to several groups of one loop, which leave together. */
    void sendTogether(Runnable steps) {
        stream.sendTogether(steps);
    }

    private void send(RunGroupRequest.Builder request, Pending kind, Duration within) {
        sequence++;
        deadline = System.nanoTime() + within.toNanos();
        pending = kind;
        stream.send(request.setSequence(sequence).build());
    }

    /**
     * Waits for the answer to what was sent.
     *
     * @param step the rows of the group are overwritten
     * @return the answer, checked: reset rows, final rows and infos are in it
     * @throws InvalidInputException if the server does not accept what was asked for
     * @throws IllegalStateException if nothing was sent, or the server says that it does not fit the state
     */
    public StepBatch receive(VectorTimeStep step) {
        requireUsable();
        if (pending == Pending.NONE) {
            throw new IllegalStateException(specification.id() + ": receive comes after send");
        }
        Pending kind = pending;
        RunGroupResponse response = await(patience);
        pending = Pending.NONE;
        if (response.hasError()) {
            throw refused(response.getError());
        }
        if (!response.hasBatch()) {
            throw failed(failures.broken("the answer " + kind.request + " is " + response.getResponseCase()), null);
        }
        try {
            if (kind == Pending.STEP) {
                reader.readStep(response.getBatch(), step);
            } else {
                reader.readReset(response.getBatch(), kind == Pending.RESET, step);
            }
        } catch (UnreadableMessageException wrong) {
            throw failed(failures.broken(wrong.getMessage()), null);
        }
        started = true;
        return response.getBatch();
    }

    private RunGroupResponse await(Duration within) {
        try {
            RunGroupResponse response = stream.receive(deadline);
            if (response.getSequence() != sequence) {
                throw failed(
                        failures.broken("its answer has the number " + Long.toUnsignedString(response.getSequence())
                                + " instead of " + sequence),
                        null);
            }
            return response;
        } catch (GroupStream.EndedException ended) {
            throw failed(
                    pending == Pending.ATTACH ? failures.ofOpening(ended.status()) : failures.ofStream(ended.status()),
                    ended);
        } catch (TimeoutException late) {
            throw failed(failures.late(pending.request, within, "--environment-timeout has to be raised"), null);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw failed("interrupted while waiting for an answer " + pending.request, interrupted);
        }
    }

    private RuntimeException refused(Error error) {
        String text = failures.told(error);
        switch (error.getCode()) {
            case CODE_INVALID_ARGUMENT, CODE_UNIMPLEMENTED -> {
                if (error.getUnchanged()) {
                    return new InvalidInputException(specification.id() + ": " + text);
                }
            }
            case CODE_FAILED_PRECONDITION -> {
                if (error.getUnchanged()) {
                    return new IllegalStateException(specification.id() + ": " + text);
                }
            }
            case CODE_ENVIRONMENT_FAILED -> {
                return failed(environmentFailure(error, text), trace(error));
            }
            default -> {}
        }
        return failed(text, trace(error));
    }

    private String environmentFailure(Error error, String text) {
        if (!error.hasEnvironment()) {
            return text;
        }
        // the server counts the rows of this group only, and may have named its own number
        String reason = text.replaceFirst("^environment \\d+ of \\S+: ", "");
        long row = first + Integer.toUnsignedLong(error.getEnvironment());
        return "environment " + row + ": " + reason + " (where, the server's messages say)";
    }

    private static @Nullable Throwable trace(Error error) {
        return error.getTrace().isEmpty() ? null : new RemoteTraceException(error.getTrace());
    }

    private RuntimeException failed(String text, @Nullable Throwable cause) {
        failure = specification.id() + ": " + text;
        stream.cancel();
        return failure(cause);
    }

    private RuntimeException failure(@Nullable Throwable cause) {
        String text = Optional.ofNullable(failure).orElseThrow();
        if (!started) {
            return new InvalidInputException(text);
        }
        return cause == null ? new EnvironmentFailureException(text) : new EnvironmentFailureException(text, cause);
    }

    private void requireReady() {
        requireUsable();
        if (pending != Pending.NONE) {
            throw new IllegalStateException(specification.id() + ": a request is under way, receive comes first");
        }
    }

    /** Throws what every use of the group throws, if it cannot be used any more. */
    void requireUsable() {
        if (failure != null) {
            throw failure(null);
        }
        if (closed) {
            throw new IllegalStateException(specification.id() + ": the environments are closed");
        }
    }

    /** Whether the group cannot go on. */
    boolean hasFailed() {
        return failure != null;
    }

    /** Tells the server that nothing more comes, without waiting for it. */
    void requestClose() {
        if (!closed && pending == Pending.NONE) {
            stream.requestEnd();
        } else {
            stream.cancel();
        }
        closed = true;
    }

    /** Closes the group on the server, which has a moment for it; closing again does nothing. */
    @Override
    public void close() {
        if (!closed) {
            requestClose();
        }
        stream.awaitEnd();
    }
}
