/** Examples of Kingfisher as a library, which the tests compile and run. */
@NullMarked
package kingfisher.agents.examples;

import org.jspecify.annotations.NullMarked;
