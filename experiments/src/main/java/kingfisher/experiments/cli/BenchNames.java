package kingfisher.experiments.cli;

import java.util.Iterator;
import kingfisher.experiments.bench.Benchmarks;

/** The names of the benchmarks, for the help and completion of the command line. */
final class BenchNames implements Iterable<String> {

    @Override
    public Iterator<String> iterator() {
        return Benchmarks.names().iterator();
    }
}
