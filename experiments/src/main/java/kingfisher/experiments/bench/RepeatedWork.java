package kingfisher.experiments.bench;

/** Times a piece of work by doing it again and again. */
final class RepeatedWork {

    private RepeatedWork() {}

    /** Returns the mean milliseconds of one piece of work over at least the given seconds. */
    static double milliseconds(Runnable work, double seconds) {
        long begin = System.nanoTime();
        long elapsed = 0;
        long repeats = 0;
        while (repeats == 0 || elapsed < seconds * 1e9) {
            work.run();
            repeats++;
            elapsed = System.nanoTime() - begin;
        }
        return elapsed / 1e6 / repeats;
    }
}
