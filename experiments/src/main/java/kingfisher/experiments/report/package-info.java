/** What a suite gave, for people: a page with a table, and a picture for each environment. */
@NullMarked
package kingfisher.experiments.report;

import org.jspecify.annotations.NullMarked;
