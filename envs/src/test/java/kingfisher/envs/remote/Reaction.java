package kingfisher.envs.remote;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.function.UnaryOperator;

/** What a server does where an answer is due. */
@FunctionalInterface
interface Reaction<T> {

    /** Answers, or does not; a call with one answer is complete with it. */
    void to(T valid, StreamObserver<T> answers);

    /** Answers as it should. */
    static <T> Reaction<T> valid() {
        return changed(valid -> valid);
    }

    /** Answers something else. */
    static <T> Reaction<T> changed(UnaryOperator<T> change) {
        return (valid, answers) -> answers.onNext(change.apply(valid));
    }

    /** Ends the call with a status instead. */
    static <T> Reaction<T> refused(Status status) {
        return (valid, answers) -> answers.onError(status.asRuntimeException());
    }

    /** Ends the call without an answer, as if all were well. */
    static <T> Reaction<T> ended() {
        return (valid, answers) -> answers.onCompleted();
    }

    /** Never answers. */
    static <T> Reaction<T> silent() {
        return (valid, answers) -> {};
    }
}
