package kingfisher.agents.run;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The line that shows how far a run is: drawn over itself on a terminal, now and then a new one elsewhere.
 *
 * <p>Steps per second are those since this line began, and the remaining time takes it that they stay so.
 */
public final class ProgressLine {
    private static final long LIVE_NANOS = 100_000_000L;
    private static final long PLAIN_NANOS = 5_000_000_000L;
    private static final int NARROWEST_BAR = 8;
    private static final int WIDEST_BAR = 30;

    private final PrintStream out;
    private final Terminal terminal;
    private final LongSupplier nanoTime;
    private final String label;
    private final long firstSteps;
    private final long totalSteps;
    private final long begin;
    private long shownAt;
    private String shown = "";

    /**
     * Begins a line; nothing is shown yet.
     *
     * @param nanoTime a clock in nanoseconds, such as {@link System#nanoTime}
     * @param label what is run
     * @param firstSteps the environment steps that were done before
     * @param totalSteps the environment steps at which the run is done
     */
    public ProgressLine(
            PrintStream out, Terminal terminal, LongSupplier nanoTime, String label, long firstSteps, long totalSteps) {
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.label = label;
        this.firstSteps = firstSteps;
        this.totalSteps = totalSteps;
        this.begin = nanoTime.getAsLong();
        this.shownAt = begin;
    }

    /**
     * Shows the progress, if it was not shown a moment ago.
     *
     * @param meanReturn the mean return of the latest episodes, NaN if none has ended
     */
    public void update(long steps, double meanReturn) {
        if (nanoTime.getAsLong() - shownAt >= (terminal.live() ? LIVE_NANOS : PLAIN_NANOS)) {
            show(steps, meanReturn, false);
        }
    }

    /** Shows how far the run came and how long it took, and ends the line. */
    public void finish(long steps, double meanReturn) {
        show(steps, meanReturn, true);
        if (terminal.live()) {
            out.print("\n");
            shown = "";
        }
        out.flush();
    }

    /** Prints a line of its own above the progress. */
    public void print(String line) {
        if (terminal.live()) {
            out.print("\r" + padded(line, shown.length()) + "\n" + shown);
        } else {
            out.print(line + "\n");
        }
        out.flush();
    }

    private void show(long steps, double meanReturn, boolean ended) {
        shownAt = nanoTime.getAsLong();
        String facts = facts(steps, meanReturn, ended);
        if (terminal.live()) {
            String line = live(steps, facts, goal(steps, meanReturn, ended));
            out.print("\r" + padded(line, shown.length()));
            shown = line;
        } else {
            out.print(label + "  " + percent(steps) + "%  " + facts + "\n");
        }
        out.flush();
    }

    private String live(long steps, String facts, String goal) {
        int room = terminal.columns() - 1; // the last column would move some terminals to the next line
        String percent = String.format(Locale.ROOT, "%3d%% ", percent(steps));
        for (String before : List.of(label + "  " + percent, percent)) { // the label goes before the bar does
            int bar = Math.min(WIDEST_BAR, room - before.length() - "[]  ".length() - facts.length());
            if (bar >= NARROWEST_BAR) {
                return before + bar(steps, bar) + "  " + facts;
            }
        }
        String line = percent + " " + (percent.length() + 1 + facts.length() <= room ? facts : goal);
        return line.length() <= room ? line : line.substring(0, Math.max(0, room));
    }

    private String bar(long steps, int width) {
        int done = (int) (percent(steps) * width / 100);
        return "[" + "#".repeat(done) + "-".repeat(width - done) + "]";
    }

    private String facts(long steps, double meanReturn, boolean ended) {
        return String.format(
                Locale.ROOT,
                "%,d/%,d  %,.0f steps/s  %s",
                steps,
                totalSteps,
                rate(steps),
                goal(steps, meanReturn, ended));
    }

    /** What matters most: how well it does, and how long it takes. */
    private String goal(long steps, double meanReturn, boolean ended) {
        String shownReturn = Double.isNaN(meanReturn) ? "-" : String.format(Locale.ROOT, "%.1f", meanReturn);
        return "return " + shownReturn + "  "
                + (ended ? "in " + duration(seconds()) : "ETA " + remaining(steps, rate(steps)));
    }

    private double seconds() {
        return (shownAt - begin) * 1e-9;
    }

    private double rate(long steps) {
        return seconds() > 0 ? (steps - firstSteps) / seconds() : 0;
    }

    private String remaining(long steps, double rate) {
        return rate > 0 ? duration(Math.max(0, totalSteps - steps) / rate) : "-:--";
    }

    private static String duration(double seconds) {
        long whole = (long) Math.ceil(seconds);
        long hours = whole / 3600;
        long minutes = whole / 60 % 60;
        return hours > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", hours, minutes, whole % 60)
                : String.format(Locale.ROOT, "%d:%02d", minutes, whole % 60);
    }

    private long percent(long steps) {
        return Math.min(100, (long) (100.0 * steps / totalSteps));
    }

    private static String padded(String line, int length) {
        return line + " ".repeat(Math.max(0, length - line.length()));
    }
}
