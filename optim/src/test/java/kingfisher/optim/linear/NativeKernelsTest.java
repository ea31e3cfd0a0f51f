package kingfisher.optim.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kingfisher.optim.backend.openblas.OpenBlas;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decompositions are right whatever kernels OpenBLAS has chosen, or been told to take, and whoever has loaded it. */
class NativeKernelsTest {

    @ParameterizedTest
    @CsvSource({"none", "cpu", "nd4j", "lapack"})
    void decompositionsAreRightWithTheKernelsOfTheProcessor(String loadedFirst)
            throws IOException, InterruptedException {
        String output = decompose(Map.of("OPENBLAS_CORETYPE", "PRESCOTT"), loadedFirst);
        // what the machine says to other programs' OpenBLAS does not count
        assertThat(output).contains("native true").doesNotContain("kernels Prescott");
    }

    @ParameterizedTest
    @CsvSource({"HASWELL, none", "HASWELL, cpu", "PRESCOTT, none", "PRESCOTT, lapack"})
    @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
    void decompositionsAreRightWithTheKernelsThatTheUserNames(String kernels, String loadedFirst)
            throws IOException, InterruptedException {
        String output = decompose(Map.of(OpenBlas.KERNELS_VARIABLE, kernels), loadedFirst);
        assertThat(output).contains("native true").containsIgnoringCase("kernels " + kernels);
    }

    /** Runs the program in a process of its own, which must find right decompositions; returns what it says. */
    private static String decompose(Map<String, String> variables, String loadedFirst)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Decompositions.class.getName(),
                        loadedFirst)
                .redirectErrorStream(true);
        builder.environment().keySet().removeAll(List.of("OPENBLAS_CORETYPE", OpenBlas.KERNELS_VARIABLE));
        builder.environment().putAll(variables);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("worst error");
        return output;
    }

    @Test
    void wrongRoutinesAreNoticed() {
        assertThat(RoutinesCheck.defect(new JavaRoutines())).isEmpty();
        assertThat(RoutinesCheck.defect(new Wrong(true))).contains("a Cholesky decomposition");
        assertThat(RoutinesCheck.defect(new Wrong(false))).contains("a spectral decomposition");
    }

    /** Java's routines, one of which changes an element by a millionth. */
    private static final class Wrong extends DelegatingRoutines {
        private final boolean factor;

        Wrong(boolean factor) {
            this.factor = factor;
        }

        @Override
        public List<EigenMethod> eigenMethods(int size) {
            EigenMethod method = super.eigenMethods(size).get(0);
            return List.of((n, matrix, values) -> {
                boolean done = method.decompose(n, matrix, values);
                values[n / 2] += factor ? 0 : 1e-6;
                return done;
            });
        }

        @Override
        public boolean factor(int size, double[] matrix) {
            boolean done = super.factor(size, matrix);
            matrix[size * size - 1] += factor ? 1e-6 : 0;
            return done;
        }
    }
}
