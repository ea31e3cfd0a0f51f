package kingfisher.experiments.cli;

import java.util.Iterator;
import kingfisher.experiments.suite.Suites;

/** The names of the suites, for the help and completion of the command line. */
final class SuiteNames implements Iterable<String> {

    @Override
    public Iterator<String> iterator() {
        return Suites.names().iterator();
    }
}
