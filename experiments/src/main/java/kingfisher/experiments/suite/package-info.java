/** Suites of training runs: what is to be run, how it is run, and the tables of what came out. */
@NullMarked
package kingfisher.experiments.suite;

import org.jspecify.annotations.NullMarked;
