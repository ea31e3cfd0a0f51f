package kingfisher.optim.kfac;

import java.util.List;

/** All forms of a curvature. */
final class Forms {
    private Forms() {}

    /**
     * The default settings in each form.
     *
     * @param width above which layers are wide, in the forms that care
     */
    static List<KroneckerSettings> all(int width) {
        KroneckerSettings exact = KroneckerSettings.defaults();
        KroneckerSettings factored = exact.withDampingForm(DampingForm.FACTORED);
        KroneckerSettings corrected = exact.withStructure(Structure.EIGENVALUE_CORRECTED, DampingForm.EXACT);
        KroneckerSettings tridiagonal = exact.withStructure(Structure.BLOCK_TRIDIAGONAL, DampingForm.FACTORED);
        WideLayers diagonal = new WideLayers(width, WideLayers.Form.DIAGONAL);
        WideLayers diagonalFactor = new WideLayers(width, WideLayers.Form.DIAGONAL_FACTOR);
        return List.of(
                exact,
                factored,
                corrected,
                tridiagonal,
                exact.withWideLayers(diagonal),
                exact.withWideLayers(diagonalFactor),
                factored.withWideLayers(diagonalFactor),
                corrected.withWideLayers(diagonalFactor),
                tridiagonal.withWideLayers(diagonal));
    }

    /** How settings may be executed with the same bits at each run. */
    static List<Execution> reproducible(KroneckerSettings settings) {
        return settings.structure() == Structure.EIGENVALUE_CORRECTED
                ? List.of(Execution.SYNCHRONOUS)
                : List.of(Execution.DETERMINISTIC, Execution.SYNCHRONOUS);
    }
}
