package kingfisher.agents.settings;

import java.util.Optional;

/** How the values of a setting are written: what is accepted, and the way from text to value and back. */
interface ValueFormat<T> {

    /** Returns what is accepted, in words that follow "must be". */
    String accepted();

    /** Returns the value that the text stands for, or nothing if the text is not accepted. */
    Optional<T> read(String text);

    /** Returns the text that {@link #read} turns back into the value. */
    String print(T value);
}
