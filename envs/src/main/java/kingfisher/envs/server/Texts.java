package kingfisher.envs.server;

/** Texts for messages that travel. */
final class Texts {

    /** Status texts travel in headers, which are limited. */
    private static final int LONGEST = 1000;

    private static final int LONGEST_SHOWN = 100;

    private Texts() {}

    /** The text in one line, without its middle if it is very long. */
    static String oneLine(String text) {
        String line = text.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("\\p{Cntrl}", "?");
        return shortened(line, LONGEST);
    }

    /** Whether a text of a client is too long to be compared with names. */
    static boolean isLong(String text) {
        return text.length() > LONGEST_SHOWN;
    }

    /** What a client sent, as a message shows it. */
    static String shown(String text) {
        return shortened(text, LONGEST_SHOWN);
    }

    private static String shortened(String text, int longest) {
        if (text.length() <= longest) {
            return text;
        }
        int half = longest / 2;
        return text.substring(0, half) + " … " + text.substring(text.length() - half);
    }

    /** What an exception is and says. */
    static String described(Throwable failure) {
        String name = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? name : name + ": " + failure.getMessage();
    }
}
