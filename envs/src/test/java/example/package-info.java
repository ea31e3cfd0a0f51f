/** A user's own environment and its provider, as the README shows them. */
@NullMarked
package example;

import org.jspecify.annotations.NullMarked;
