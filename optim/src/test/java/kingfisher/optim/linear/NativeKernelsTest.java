package kingfisher.optim.linear;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decompositions are right whatever kernels OpenBLAS has chosen, or been told to take, and whoever has loaded it. */
class NativeKernelsTest {

    @ParameterizedTest
    @CsvSource({
        "none, none",
        "none, cpu",
        "none, nd4j",
        "HASWELL, none",
        "SKYLAKEX, none", // whose triangular solves are wrong in OpenBLAS 0.3.19, which must be noticed
        "SKYLAKEX, cpu"
    })
    void decompositionsAreRight(String kernels, String loadedBefore) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Decompositions.class.getName()));
        if (!loadedBefore.equals("none")) {
            command.add(loadedBefore);
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().remove("OPENBLAS_CORETYPE");
        if (!kernels.equals("none")) {
            builder.environment().put("OPENBLAS_CORETYPE", kernels);
        }
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("worst error");
        if (!kernels.equals("SKYLAKEX")) {
            assertThat(output).contains("native true");
        }
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
