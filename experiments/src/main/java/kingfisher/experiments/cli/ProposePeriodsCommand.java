package kingfisher.experiments.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.envs.InvalidInputException;
import kingfisher.experiments.bench.StepSplit;
import kingfisher.optim.kfac.DampingForm;
import kingfisher.optim.kfac.IncompatibleSettingsException;
import kingfisher.optim.kfac.KroneckerSettings;
import kingfisher.optim.kfac.PeriodProposal;
import kingfisher.optim.kfac.StepCosts;
import kingfisher.optim.kfac.Structure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures what the parts of a step of K-FAC cost on this machine, and says which periods keep a budget. */
@Command(
        name = "propose-periods",
        description = {
            "Measures what the parts of a step of K-FAC cost on this machine, for a network of these sizes,",
            "and proposes the shortest periods of factors and decompositions that keep the mean cost of a step",
            "within a budget, in steps that compute the gradient alone."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        sortSynopsis = false)
final class ProposePeriodsCommand implements Callable<Integer> {

    @Option(names = "--inputs", paramLabel = "N", required = true, description = "Inputs of the network.")
    private int inputs;

    @Option(
            names = "--hidden",
            paramLabel = "N,...",
            split = ",",
            description = "Widths of the hidden layers, tanh (default: 64,64).")
    private List<Integer> hidden = List.of(64, 64);

    @Option(names = "--outputs", paramLabel = "N", required = true, description = "Outputs of the network.")
    private int outputs;

    @Option(names = "--batch", paramLabel = "N", required = true, description = "Examples of a step.")
    private int batch;

    @Option(
            names = "--budget",
            paramLabel = "X",
            defaultValue = "1.5",
            description = "Most that a step may cost on average, above 1 (default: ${DEFAULT-VALUE}).")
    private double budget;

    @Option(
            names = "--damping-form",
            paramLabel = "FORM",
            defaultValue = "exact",
            description = "exact or factored (default: ${DEFAULT-VALUE}).")
    private String dampingForm = "";

    @Option(
            names = "--structure",
            paramLabel = "NAME",
            defaultValue = "block-diagonal",
            description = "block-diagonal, eigenvalue-corrected or block-tridiagonal (default: ${DEFAULT-VALUE}).")
    private String structure = "";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "1",
            description = "Threads, at most one a core (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--seconds",
            paramLabel = "X",
            defaultValue = "2",
            description = "Measure for at least so long (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        StepSplit split = new StepSplit(widths(), atLeastOne("--batch", batch), threads(), factors());
        if (!(budget > 1 && budget <= Double.MAX_VALUE)) {
            throw new InvalidInputException("--budget must be above 1 and finite: " + budget);
        }
        if (!(seconds >= 0 && seconds <= Double.MAX_VALUE)) {
            throw new InvalidInputException("--seconds must be at least 0 and finite: " + seconds);
        }
        return report(split, split.measure(seconds));
    }

    private int report(StepSplit split, StepCosts costs) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(split);
        out.printf(
                Locale.ROOT,
                "gradient %.3f ms, products with the inverse %.3f ms, update of factors %.3f ms, decomposition %.3f ms%n",
                costs.gradient() / 1e6,
                costs.always() / 1e6,
                costs.factors() / 1e6,
                costs.decomposition() / 1e6);
        Optional<PeriodProposal> proposal = PeriodProposal.within(budget, costs);
        proposal.ifPresentOrElse(
                periods -> out.printf(
                        Locale.ROOT,
                        "covariance-period %d, decomposition-period %d: a step costs %.2f gradients%n",
                        periods.covariancePeriod(),
                        periods.decompositionPeriod(),
                        periods.relativeCost()),
                () -> out.printf(
                        Locale.ROOT,
                        "no periods keep a step within %.2f gradients: without factors and decompositions it costs %.2f;"
                                + " larger batches make it less%n",
                        budget,
                        1 + costs.always() / costs.gradient()));
        out.flush();
        return proposal.isPresent() ? 0 : Main.FAILED;
    }

    private List<Integer> widths() {
        List<Integer> widths = new ArrayList<>();
        widths.add(atLeastOne("--inputs", inputs));
        hidden.forEach(width -> widths.add(atLeastOne("--hidden", width)));
        widths.add(atLeastOne("--outputs", outputs));
        return widths;
    }

    private static int atLeastOne(String name, int value) {
        if (value < 1) {
            throw new InvalidInputException("%s must be at least 1: %d".formatted(name, value));
        }
        return value;
    }

    private int threads() {
        int cores = Runtime.getRuntime().availableProcessors();
        if (threads < 1 || threads > cores) {
            throw new InvalidInputException("--threads must be from 1 to " + cores + " (the cores): " + threads);
        }
        return threads;
    }

    private KroneckerSettings factors() {
        DampingForm form = constant("--damping-form", DampingForm.values(), dampingForm);
        Structure of = constant("--structure", Structure.values(), structure);
        try {
            return KroneckerSettings.defaults().withStructure(of, form);
        } catch (IncompatibleSettingsException apart) {
            throw new InvalidInputException("--structure " + structure + " does not go with --damping-form "
                    + dampingForm + ": " + apart.getMessage());
        }
    }

    private static <E extends Enum<E>> E constant(String option, E[] constants, String text) {
        List<String> names = new ArrayList<>();
        for (E constant : constants) {
            String name = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (name.equals(text)) {
                return constant;
            }
            names.add(name);
        }
        throw new InvalidInputException("%s must be one of %s: %s".formatted(option, String.join(", ", names), text));
    }
}
