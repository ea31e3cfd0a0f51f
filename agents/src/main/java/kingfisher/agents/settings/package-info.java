/** Everything a user can set about a run: each setting with its default and range, files and presets that set them. */
@NullMarked
package kingfisher.agents.settings;

import org.jspecify.annotations.NullMarked;
