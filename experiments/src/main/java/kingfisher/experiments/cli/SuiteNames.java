package kingfisher.experiments.cli;

import java.util.Iterator;
import java.util.stream.Stream;
import kingfisher.experiments.curves.CurvesExperiment;
import kingfisher.experiments.suite.Suites;

/** The names of the suites and of the experiment that is none, for the help and completion of the command line. */
final class SuiteNames implements Iterable<String> {

    @Override
    public Iterator<String> iterator() {
        return Stream.concat(Suites.names().stream(), Stream.of(CurvesExperiment.NAME))
                .iterator();
    }
}
