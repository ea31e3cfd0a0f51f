package kingfisher.envs.remote;

/** Where on the server an environment failed, as the server tells it; the cause of what is thrown here. */
final class RemoteTraceException extends Exception {

    private static final long serialVersionUID = 1;

    RemoteTraceException(String trace) {
        super(trace, null, false, false);
    }
}
