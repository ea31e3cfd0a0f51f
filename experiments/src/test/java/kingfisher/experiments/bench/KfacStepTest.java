package kingfisher.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.kfac.DampingForm;
import kingfisher.optim.kfac.Kfac;
import kingfisher.optim.parallel.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KfacStepTest {

    private static final String SIZE = "17-8-8-6, batch 16: ";
    private static final String OURS = ", threads: 1, against our gradient descent";

    @TempDir
    Path directory;

    @Test
    @DisabledOnOs(OS.WINDOWS) // the interpreter is a shell script
    void stepsAreComparedWithThePeerAndOurGradientDescent() throws IOException {
        PeerPython python = ShellInterpreter.kfacJax(directory);
        List<String> lines = new ArrayList<>();
        JsonNode json = new KfacStep(python, List.of(new ProblemSize(8, 16)), new TreeSet<>(List.of(1)), 0)
                .run(lines::add)
                .toJson();
        assertThat(json.path("name").asText()).isEqualTo("kfac-step");
        assertThat(json.path("cases").findValuesAsText("case"))
                .containsExactly(
                        SIZE + "gradient descent, threads: 1 against 3 of the peer",
                        SIZE + "K-FAC, factored damping, threads: 1 against 3 of the peer",
                        SIZE + "K-FAC, factored damping" + OURS,
                        SIZE + "K-FAC, exact damping, threads: 1 against 3 of the peer",
                        SIZE + "K-FAC, exact damping" + OURS,
                        SIZE + "K-FAC, factored damping, covariances every 10" + OURS,
                        SIZE + "K-FAC, exact damping, covariances every 10" + OURS);
        for (JsonNode each : json.path("cases")) {
            assertThat(each.path("ours")).hasSize(9);
            assertThat(each.path("ratio").asDouble()).isPositive();
        }
        assertThat(lines).last().asString().startsWith(SIZE + "a step costs ");
    }

    @ParameterizedTest
    @EnumSource
    void everyStepLowersTheLoss(DampingForm form) {
        try (Backend backend = new CpuBackend();
                Workers workers = new Workers(1)) {
            CurvatureProblem problem = new CurvatureProblem(backend, 8, 64, workers);
            Kfac kfac = problem.kfac(form, 1, 20);
            double first = problem.step(kfac);
            for (int step = 1; step < 60; step++) {
                problem.step(kfac);
            }
            assertThat(problem.step(kfac)).isLessThan(0.95 * first);
        }
    }
}
