package kingfisher.experiments.bench;

import java.util.List;

/** The width of a {@link CurvatureProblem}'s hidden layers, and how many examples it has. */
record ProblemSize(int width, int batch) {

    /** Those that are measured. */
    static final List<ProblemSize> ALL = List.of(
            new ProblemSize(64, 2048),
            new ProblemSize(64, 8192),
            new ProblemSize(256, 2048),
            new ProblemSize(256, 8192));

    @Override
    public String toString() {
        return "%d-%d-%d-%d, batch %d"
                .formatted(CurvatureProblem.INPUTS, width, width, CurvatureProblem.OUTPUTS, batch);
    }
}
