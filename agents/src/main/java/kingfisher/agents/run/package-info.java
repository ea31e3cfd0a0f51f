/** The files of a run: checkpoints, metrics, results, provenance, the learning curve, and the line that shows progress. */
@NullMarked
package kingfisher.agents.run;

import org.jspecify.annotations.NullMarked;
