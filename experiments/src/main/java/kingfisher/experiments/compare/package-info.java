/** Whether one algorithm's runs are better than another's. */
@NullMarked
package kingfisher.experiments.compare;

import org.jspecify.annotations.NullMarked;
