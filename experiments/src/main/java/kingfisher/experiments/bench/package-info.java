/** Benchmarks that measure this project and another one in turn, in one go. */
@NullMarked
package kingfisher.experiments.bench;

import org.jspecify.annotations.NullMarked;
