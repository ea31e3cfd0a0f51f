package kingfisher.optim.backend.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import kingfisher.optim.backend.Precision;
import org.junit.jupiter.api.Test;

/** What can be said of the backend on graphics processors where there is none. */
final class CudaKernelsTest {

    @Test
    void everyKernelIsInTheSourceAndNoOther() {
        String[] defined = Pattern.compile("__global__ void (\\w+)")
                .matcher(KernelCompiler.source())
                .results()
                .map((MatchResult result) -> result.group(1))
                .toArray(String[]::new);
        String[] named =
                Arrays.stream(Kernel.values()).map(kernel -> kernel.nativeName).toArray(String[]::new);
        assertThat(defined).containsExactly(named);
    }

    /** Either there is a processor to open, or the message says what is missing. */
    @Test
    void withoutAProcessorTheReasonIsOneLine() {
        try (CudaBackend backend = new CudaBackend(Precision.FLOAT)) {
            assertThat(backend.processor()).matches(".+, CUDA \\d+\\.\\d+");
        } catch (CudaUnavailableException reason) {
            assertThat(reason.getMessage())
                    .startsWith("the backend cuda needs an NVIDIA GPU")
                    .doesNotContain("\n")
                    .doesNotContain("null");
        }
    }
}
