package kingfisher.envs.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Statuses with which calls end that are not carried out. */
final class Refusals {

    private Refusals() {}

    /** The exception that ends a call with a status and one line of text. */
    static StatusRuntimeException of(Status status, String message) {
        return status.withDescription(Texts.oneLine(message)).asRuntimeException();
    }
}
