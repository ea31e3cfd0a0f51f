package kingfisher.experiments.curves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import kingfisher.envs.InvalidInputException;
import kingfisher.experiments.curves.CurvesResults.Ended;
import kingfisher.experiments.curves.CurvesResults.Status;
import kingfisher.experiments.suite.SuiteFolder;
import kingfisher.optim.optimizer.Sgd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CurvesExperimentTest {

    private static final CurvesSize TOY = new CurvesSize(List.of(CurveImages.PIXELS, 6, 3), 40, 20, 20, 5);

    @TempDir
    Path directory;

    private final List<String> lines = new ArrayList<>();

    /** The runs of the experiment, each with a few updates. */
    private static List<CurvesRun> few(int updates) {
        return CurvesRuns.all().stream()
                .map(run -> new CurvesRun(run.algorithm(), run.setting(), updates, run.start()))
                .toList();
    }

    private CurvesExperiment experiment(List<CurvesRun> runs, List<CurvesRun> selected) {
        SuiteFolder folder = new SuiteFolder(directory);
        folder.create();
        return new CurvesExperiment(TOY, runs, selected, folder, lines::add, line -> {
            throw new AssertionError(line);
        });
    }

    private CurvesResults results(List<CurvesRun> runs) {
        return CurvesResults.load(directory, runs);
    }

    @Test
    void allRunsAreMadeAndReported() throws IOException, InterruptedException {
        List<CurvesRun> runs = few(2);
        assertThat(experiment(runs, runs).run(2, () -> false)).isTrue();
        List<Ended> ended = results(runs).all();
        assertThat(ended.stream().map(Ended::run)).containsExactlyElementsOf(runs);
        double first = ended.get(0).points().get(0).trainingLoss();
        for (Ended run : ended) {
            String name = run.run().name();
            assertThat(run.status()).as(name).isEqualTo(Status.COMPLETED);
            assertThat(run.points().stream().map(CurvePoint::updates)).as(name).containsExactly(0, 1, 2);
            assertThat(run.points().get(0).trainingLoss())
                    .as("%s begins where all begin", name)
                    .isEqualTo(first);
            assertThat(run.points().get(0).seconds()).isZero();
            assertThat(run.last().seconds())
                    .as(name)
                    .isGreaterThan(run.points().get(1).seconds());
            boolean tooFast = run.run().algorithm().equals(CurvesRuns.SGD);
            assertThat(run.bestLoss()).as("%s learns", name).isLessThan(tooFast ? first + 1 : first);
        }
        String page = Files.readString(directory.resolve("summary.md"));
        for (CurvesRun run : runs) {
            assertThat(page).contains("| " + run.algorithm() + " | " + run.setting() + " | 2 |");
        }
        assertThat(page)
                .contains("784-6-3 units and back", "over all 40 training or 20 test", "updates are of 20 images")
                .contains("Goal: kfac comes to sgd's least loss", "Goal: kfac-exact comes to sgd's least loss");
        for (String picture : List.of("updates", "seconds")) {
            assertThat(ImageIO.read(directory.resolve(picture + ".png").toFile())
                            .getWidth())
                    .isGreaterThan(100);
        }
    }

    @Test
    void whatIsDoneIsNotRepeatedAndWhatWasStoppedBeginsAnew() throws IOException, InterruptedException {
        List<CurvesRun> runs = few(2).stream()
                .filter(run -> run.algorithm().equals(CurvesRuns.SGD))
                .toList();
        AtomicInteger asked = new AtomicInteger();
        // the second run is told to stop before its second update
        assertThat(experiment(runs, runs).run(1, () -> asked.incrementAndGet() > 6))
                .isFalse();
        assertThat(results(runs).all().stream().map(Ended::run)).containsExactly(runs.get(0));
        String before = Files.readString(directory.resolve("curves.csv"));
        lines.clear();
        assertThat(experiment(runs, runs).run(1, () -> false)).isTrue();
        assertThat(lines).first().isEqualTo((runs.size() - 1) + " of " + runs.size() + " runs are to be made");
        assertThat(lines).hasSize(runs.size());
        assertThat(Files.readString(directory.resolve("curves.csv"))).startsWith(before);
        assertThat(results(runs).all()).hasSize(runs.size());
    }

    @Test
    void aRunThatDivergesEndsAndCounts() throws IOException, InterruptedException {
        CurvesRun sound = few(2).get(0);
        CurvesRun wild = new CurvesRun(
                CurvesRuns.SGD,
                "rate 1e30",
                50,
                bench -> Learner.firstOrder(bench, new Sgd(bench.autoencoder.parameters(), 0), 1e30));
        List<CurvesRun> runs = List.of(wild, sound);
        assertThat(experiment(runs, runs).run(1, () -> false)).isTrue();
        Ended ended = results(runs).all().get(0);
        assertThat(ended.status()).isEqualTo(Status.DIVERGED);
        assertThat(ended.last().updates()).isLessThan(50);
        assertThat(results(runs).best().stream().map(Ended::run)).containsExactly(sound);
        assertThat(Files.readString(directory.resolve("summary.md"))).contains("| diverged |");
    }

    @Test
    void runsHaveNamesOfTheirOwnThatATableHolds() {
        Set<String> names = new HashSet<>();
        for (CurvesRun run : CurvesRuns.all()) {
            assertThat(run.name()).doesNotContain(",", "\n");
            assertThat(names.add(run.name())).as(run.name()).isTrue();
            assertThat(run.updates()).isPositive();
        }
        assertThat(CurvesRuns.all().stream().map(CurvesRun::algorithm))
                .contains(
                        CurvesRuns.SGD,
                        CurvesRuns.ADAM,
                        CurvesRuns.KFAC,
                        CurvesRuns.KFAC_EXACT,
                        CurvesRuns.KFAC_TRIDIAGONAL,
                        CurvesRuns.EKFAC,
                        CurvesRuns.HESSIAN_FREE,
                        CurvesRuns.HESSIAN_FREE_KFAC);
    }

    @Test
    void someRunsAreSelectedByAlgorithm() {
        List<CurvesRun> all = CurvesRuns.all();
        assertThat(CurvesExperiment.select("", all)).isEqualTo(all);
        assertThat(CurvesExperiment.select("algorithm=kfac, algorithm=hessian-free", all).stream()
                        .map(CurvesRun::algorithm)
                        .distinct())
                .containsExactly("kfac", "hessian-free");
        refuses("--only: curves has no algorithm kfacc; nearest: kfac", "algorithm=kfacc");
        refuses("--only of curves must be algorithm=…,…: seed=1", "seed=1");
        refuses("--only of curves must be algorithm=…,…: kfac", "kfac");
    }

    private static void refuses(String message, String only) {
        assertThatThrownBy(() -> CurvesExperiment.select(only, CurvesRuns.all()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void tablesThatDoNotFitAreRefused() throws IOException {
        List<CurvesRun> runs = few(1);
        Path table = directory.resolve("results.csv");
        Path curves = directory.resolve("curves.csv");
        CurvesResults results = results(runs);
        results.record(runs.get(0), List.of(new CurvePoint(1, 0.5, 3, 4)), Status.COMPLETED);
        String good = Files.readString(table);
        assertThat(results(runs).all()).hasSize(1);
        assertRefused(good.replace("sgd", "sdg"), "has a run that is not of this experiment: sdg");
        assertRefused(good.replace("completed", "lost"), "has an unknown status: lost");
        assertRefused(good.replace("updates", "steps"), "must have the columns algorithm,setting,updates");
        Files.writeString(table, good);
        Files.delete(curves);
        assertThatThrownBy(() -> results(runs))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("has no evaluations of sgd");
    }

    private void assertRefused(String text, String message) throws IOException {
        Files.writeString(directory.resolve("results.csv"), text);
        assertThatThrownBy(() -> results(few(1)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void theBestRunOfAnAlgorithmIsThatOfTheLeastLossOnTheWay() {
        List<CurvesRun> runs = few(1);
        CurvesResults results = results(runs);
        results.record(
                runs.get(0),
                List.of(new CurvePoint(1, 1, 9, 9), new CurvePoint(2, 2, 5, 9), new CurvePoint(3, 3, 7, 9)),
                Status.COMPLETED);
        results.record(runs.get(1), List.of(new CurvePoint(3, 3, 6, 6)), Status.COMPLETED);
        Ended best = results.best().get(0);
        assertThat(best.run()).isEqualTo(runs.get(0));
        assertThat(best.bestLoss()).isEqualTo(5);
        assertThat(best.reached(8)).contains(new CurvePoint(2, 2, 5, 9));
        assertThat(best.reached(4)).isEmpty();
    }

    @Test
    void goalsCompareUpdatesAndSecondsToTheSameLoss() {
        List<CurvesRun> runs = few(1);
        CurvesRun kfac = run(runs, CurvesRuns.KFAC);
        CurvesRun exact = run(runs, CurvesRuns.KFAC_EXACT);
        CurvesResults results = results(runs);
        SuiteFolder folder = new SuiteFolder(directory);
        CurvesReport report = new CurvesReport(TOY, folder, line -> {});
        results.record(runs.get(0), List.of(new CurvePoint(100, 9, 2, 2)), Status.COMPLETED);
        results.record(kfac, List.of(new CurvePoint(10, 8, 2, 2), new CurvePoint(20, 16, 1, 2)), Status.COMPLETED);
        results.record(exact, List.of(new CurvePoint(10, 8, 2.1, 2), new CurvePoint(11, 9, 1, 2)), Status.COMPLETED);
        assertThat(report.page(results))
                .contains("Goal: kfac comes to sgd's least loss 2.000 in a tenth of its 100 updates: reached;"
                        + " in less than its 9.0 s: reached.")
                .contains("Goal: kfac-exact comes to sgd's least loss 2.000 in a tenth of its 100 updates: missed;"
                        + " in less than its 9.0 s: missed.")
                .contains("| 10, 8.0 |", "| 11, 9.0 |");
    }

    @Test
    void structuresCompareUpdatesToTheLeastLossOfBoth() {
        List<CurvesRun> runs = few(1);
        CurvesResults results = results(runs);
        CurvesReport report = new CurvesReport(TOY, new SuiteFolder(directory), line -> {});
        results.record(
                run(runs, CurvesRuns.KFAC_FACTORED),
                List.of(new CurvePoint(10, 1, 4, 4), new CurvePoint(20, 2, 1, 1)),
                Status.COMPLETED);
        CurvesRun tridiagonal = run(runs, CurvesRuns.KFAC_TRIDIAGONAL);
        results.record(tridiagonal, List.of(new CurvePoint(21, 1, 2, 4)), Status.COMPLETED);
        String goal = "Goal: kfac-tridiagonal (" + tridiagonal.setting()
                + ") comes to a loss of 2.000 in no more updates than kfac-factored ";
        assertThat(report.page(results)).contains(goal + "(21, 20): missed.");
        results.record(tridiagonal, List.of(new CurvePoint(20, 1, 2, 4)), Status.COMPLETED);
        assertThat(report.page(results)).contains(goal + "(20, 20): reached.");
    }

    private static CurvesRun run(List<CurvesRun> runs, String algorithm) {
        return runs.stream()
                .filter(run -> run.algorithm().equals(algorithm))
                .findFirst()
                .orElseThrow();
    }
}
