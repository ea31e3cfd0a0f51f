package kingfisher.agents.settings;

/** A user's text as it can stand in a message of one line. */
final class Quoted {
    private static final int LONGEST = 80;

    private Quoted() {}

    static String of(String text) {
        String line = text.strip().replaceAll("\\p{Cntrl}+", " ");
        if (line.isEmpty()) {
            return "(nothing)";
        }
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
