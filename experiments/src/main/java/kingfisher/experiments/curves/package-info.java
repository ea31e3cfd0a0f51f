/** The experiment {@code curves}: an autoencoder of images of curves, and what each optimizer makes of it. */
@NullMarked
package kingfisher.experiments.curves;

import org.jspecify.annotations.NullMarked;
