package kingfisher.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.parallel.Workers;
import kingfisher.optim.solver.ConjugateGradientResult;
import kingfisher.optim.solver.StopReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CurvatureProductsTest {

    private static final String ITERATIONS = "17-8-8-6, batch 16: ten iterations of conjugate gradients";

    @TempDir
    Path directory;

    @Test
    @DisabledOnOs(OS.WINDOWS) // the interpreter is a shell script
    void everyWorkIsComparedWithThePeerOurGradientAndBareProducts() throws IOException {
        PeerPython python = ShellInterpreter.kfacJax(directory);
        List<String> lines = new ArrayList<>();
        JsonNode json = new CurvatureProducts(python, List.of(new ProblemSize(8, 16)), new TreeSet<>(List.of(1, 2)), 0)
                .run(lines::add)
                .toJson();
        assertThat(json.path("peerName").asText()).isEqualTo("kfac-jax");
        assertThat(json.path("versions").path("jax").asText()).isEqualTo("0.7");
        assertThat(json.path("versions").path("kingfisher-threads").asText()).isEqualTo("2");
        assertThat(json.path("cases").findValuesAsText("case"))
                .containsExactly(
                        "17-8-8-6, batch 16: gradient, threads: 1 against 3 of the peer",
                        "17-8-8-6, batch 16: gradient, threads: 1, against its matrix products alone",
                        "17-8-8-6, batch 16: Gauss-Newton product, threads: 1 against 3 of the peer",
                        "17-8-8-6, batch 16: Gauss-Newton product, threads: 1, against our gradient",
                        "17-8-8-6, batch 16: Gauss-Newton product, threads: 1, against its matrix products alone",
                        ITERATIONS + ", threads: 1 against 3 of the peer",
                        ITERATIONS + ", threads: 1, against our gradient",
                        "17-8-8-6, batch 16: gradient, threads: 2 against 3 of the peer",
                        "17-8-8-6, batch 16: Gauss-Newton product, threads: 2 against 3 of the peer",
                        "17-8-8-6, batch 16: Gauss-Newton product, threads: 2, against our gradient",
                        ITERATIONS + ", threads: 2 against 3 of the peer",
                        ITERATIONS + ", threads: 2, against our gradient");
        for (JsonNode each : json.path("cases")) {
            assertThat(each.path("ours")).hasSize(7);
            assertThat(each.path("peer")).hasSize(7);
            assertThat(each.path("ratio").asDouble()).isPositive();
        }
        assertThat(lines).last().asString().startsWith("17-8-8-6, batch 16: a product costs ");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void tenIterationsAreMadeAndTheLossIsThatOfTheOutputs(int threads) {
        try (Backend backend = new CpuBackend();
                Workers workers = new Workers(threads)) {
            CurvatureProblem problem = new CurvatureProblem(backend, 8, 64, workers);
            // targets are normal and so, with orthogonal weights, almost are the outputs
            assertThat(problem.gradient()).isBetween(1.0, 12.0);
            problem.product();
            ConjugateGradientResult result = problem.tenIterations();
            assertThat(result.reason()).isEqualTo(StopReason.ITERATIONS);
            assertThat(result.iterations()).isEqualTo(10);
            assertThat(result.modelValue()).isNegative();
        }
    }

    @Test
    void matrixProductsAreRepeatedAndNothingElse() {
        try (Backend backend = new CpuBackend()) {
            MatrixProducts products = new MatrixProducts(backend);
            Backend recorder = products.recorder();
            Matrix a = recorder.allocate(2, 3);
            Matrix b = recorder.allocate(2, 4);
            Matrix c = recorder.allocate(3, 4);
            recorder.upload(new double[] {1, 2, 3, 4, 5, 6}, a);
            recorder.upload(new double[] {1, 0, 2, 0, 0, 1, 0, 1}, b);
            Runnable repeat = products.of(() -> {
                recorder.multiply(2, a, true, b, false, 1, c);
                recorder.scale(100, c);
            });
            recorder.fill(c, 0);
            repeat.run();
            double[] result = new double[12];
            backend.download(c, result);
            assertThat(result).containsExactly(new double[] {2, 8, 4, 8, 4, 10, 8, 10, 6, 12, 12, 12}, within(1e-5));
            assertThatThrownBy(() -> recorder.multiply(1, a, false, b, false, 0, c))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void sidesAreMeasuredInTurn() {
        Sides sides = new Sides();
        List<String> order = new ArrayList<>();
        sides.add("b", () -> order.size());
        sides.add("a", () -> 10 + order.size());
        for (int sample = 0; sample < 2; sample++) {
            sides.sampleAll((side, value) -> order.add(side + " " + value));
        }
        assertThat(order).containsExactly("b 0.0", "a 11.0", "b 2.0", "a 13.0");
        assertThat(sides.samples("a")).containsExactly(11.0, 13.0);
        assertThatThrownBy(() -> sides.samples("c")).hasMessage("no side is called c");
    }

    @Test
    void workIsDoneAtLeastOnceAndForTheSeconds() {
        List<Integer> done = new ArrayList<>();
        assertThat(RepeatedWork.milliseconds(() -> done.add(1), 0)).isNotNegative();
        assertThat(done).hasSize(1);
        RepeatedWork.milliseconds(() -> done.add(1), 1e-4);
        assertThat(done).hasSizeGreaterThan(2);
    }
}
