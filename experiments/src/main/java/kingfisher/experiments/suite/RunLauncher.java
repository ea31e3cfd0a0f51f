package kingfisher.experiments.suite;

import java.io.IOException;
import java.nio.file.Path;

/** Makes training runs happen. */
public interface RunLauncher {

    /** From where a run goes. */
    enum Start {
        /** From its beginning; the folder is not there. */
        NEW,
        /** From the last checkpoint in its folder. */
        RESUMED
    }

    /**
     * Runs a task with a seed, and returns when that has ended.
     *
     * @param folder the run folder
     * @param log where to append what the run prints
     * @return the exit code of {@code agents.jar}: 0 done, 130 (or 128 and a signal's number) interrupted, else failed
     * @throws IOException if the run could not be started
     * @throws InterruptedException if the thread was interrupted; the run has then been stopped
     */
    int launch(Task task, long seed, Start start, Path folder, Path log) throws IOException, InterruptedException;
}
