package kingfisher.agents.run;

import java.nio.file.Path;

/** The file {@code evaluations.csv}: one row an evaluation on the way, readable while the run goes on. */
public final class EvaluationsFile {
    static final String STEPS = "steps";
    static final String DETERMINISTIC_MEAN = "deterministic_mean";
    static final String DETERMINISTIC_STD = "deterministic_std";
    private static final String HEADER = String.join(
                    ",",
                    STEPS,
                    DETERMINISTIC_MEAN,
                    DETERMINISTIC_STD,
                    "stochastic_mean",
                    "stochastic_std",
                    "episodes",
                    "time/seconds")
            + "\n";

    private final Csv csv;
    private boolean begun;

    /** Continues the file, or begins it with the first row where there is none. */
    public EvaluationsFile(Path file) {
        this.csv = new Csv(file);
        this.begun = !csv.columns().isEmpty();
    }

    /**
     * Appends the row of an evaluation; what was not measured (NaN) leaves its cell empty.
     *
     * @param steps the environment steps that the policy had learned from
     * @param episodes the episodes of each of the two kinds
     * @param seconds the time that the evaluation took
     * @throws java.io.UncheckedIOException if the file cannot be written
     */
    public void append(
            long steps, ReturnSummary deterministic, ReturnSummary stochastic, int episodes, double seconds) {
        String row = String.join(
                        ",",
                        Long.toString(steps),
                        Csv.cell(deterministic.mean()),
                        Csv.cell(deterministic.std()),
                        Csv.cell(stochastic.mean()),
                        Csv.cell(stochastic.std()),
                        Integer.toString(episodes),
                        Csv.cell(seconds))
                + "\n";
        csv.append(begun ? row : HEADER + row);
        begun = true;
    }

    /**
     * Cuts off the evaluations of later steps, so that a resumed run does not have them twice.
     *
     * @throws java.io.UncheckedIOException if the file cannot be written
     */
    public void truncateAfter(long steps) {
        begun = csv.truncateAfter(steps) >= 0;
    }
}
