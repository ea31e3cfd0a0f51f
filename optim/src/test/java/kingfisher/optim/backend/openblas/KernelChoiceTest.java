package kingfisher.optim.backend.openblas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelChoiceTest {

    private static final String ALL = "fpu avx2 avx512f avx512dq avx512cd avx512bw avx512vl";

    @ParameterizedTest
    @CsvSource({
        "AuthenticAMD, " + ALL + ", true",
        "GenuineIntel, " + ALL + ", true",
        "AuthenticAMD, fpu avx2 fma, false",
        "GenuineIntel, fpu avx512f avx512dq, false",
    })
    void processorsWithAllOfAvx512AreToldToDoWithout(String vendor, String flags, boolean expected) {
        List<String> description =
                List.of("processor\t: 0", "vendor_id\t: " + vendor, "flags\t\t: " + flags, "bogomips\t: 5000");
        assertThat(KernelChoice.hasWideVectors(description)).isEqualTo(expected);
    }
}
