package kingfisher.envs.server;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalInt;
import kingfisher.env.v1.Code;
import kingfisher.env.v1.Error;

/** A request of a stream is answered with an {@link Error}. */
final class RequestFailedException extends RuntimeException {

    private static final long serialVersionUID = 1;
    private static final int LONGEST_TRACE = 4096;

    private final transient Error error;

    private RequestFailedException(Error error) {
        super(error.getMessage());
        this.error = error;
    }

    /** A request that is not accepted; the group is as it was. */
    static RequestFailedException invalid(String message) {
        return of(Code.CODE_INVALID_ARGUMENT, message, true);
    }

    /** A request that does not fit the state; the group is as it was. */
    static RequestFailedException outOfPlace(String message) {
        return of(Code.CODE_FAILED_PRECONDITION, message, true);
    }

    static RequestFailedException of(Code code, String message, boolean unchanged) {
        return new RequestFailedException(Error.newBuilder()
                .setCode(code)
                .setMessage(Texts.oneLine(message))
                .setUnchanged(unchanged)
                .build());
    }

    /** What failed with an exception; the group takes a reset of all rows, or nothing any more. */
    static RequestFailedException of(Code code, String message, OptionalInt row, Throwable cause) {
        Error.Builder error = Error.newBuilder()
                .setCode(code)
                .setMessage(Texts.oneLine(message))
                .setException(cause.getClass().getSimpleName())
                .setTrace(trace(cause));
        row.ifPresent(error::setEnvironment);
        return new RequestFailedException(error.build());
    }

    private static String trace(Throwable cause) {
        StringWriter text = new StringWriter();
        cause.printStackTrace(new PrintWriter(text, true));
        String trace = text.toString();
        return trace.length() <= LONGEST_TRACE ? trace : trace.substring(0, LONGEST_TRACE);
    }

    Error error() {
        return error;
    }
}
