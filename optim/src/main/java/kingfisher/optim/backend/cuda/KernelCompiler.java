package kingfisher.optim.backend.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import kingfisher.optim.backend.Precision;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.cuda.nvrtc._nvrtcProgram;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;

/** Compiles {@code kernels.cu} for the processor at hand, with NVIDIA's runtime compiler. */
final class KernelCompiler {
    private static final String SOURCE = "kernels.cu";

    private KernelCompiler() {}

    /** The text of the kernels. */
    static String source() {
        try (InputStream stream = KernelCompiler.class.getResourceAsStream(SOURCE)) {
            return new String(Objects.requireNonNull(stream, SOURCE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Returns machine code.
     *
     * @param architecture of the processor: {@code sm_90}
     * @throws CudaException if the compiler refuses the text or does not know the processor, with what it says
     */
    static BytePointer compile(Precision precision, String architecture) {
        String real = switch (precision) {
            case FLOAT -> "float";
            case DOUBLE -> "double";
        };
        _nvrtcProgram program = new _nvrtcProgram();
        try (BytePointer text = new BytePointer(source(), StandardCharsets.UTF_8);
                BytePointer name = new BytePointer(SOURCE, StandardCharsets.UTF_8);
                PointerPointer<BytePointer> options = new PointerPointer<>(
                        "--gpu-architecture=" + architecture,
                        "-DREAL=" + real,
                        "-DDOT_THREADS=" + Device.BLOCK_THREADS);
                SizeTPointer size = new SizeTPointer(1)) {
            Status.ofCompiler(
                    "nvrtcCreateProgram",
                    nvrtc.nvrtcCreateProgram(
                            program, text, name, 0, (PointerPointer<?>) null, (PointerPointer<?>) null));
            int status = nvrtc.nvrtcCompileProgram(program, Math.toIntExact(options.capacity()), options);
            if (status != nvrtc.NVRTC_SUCCESS) {
                throw new CudaException("compiling for " + architecture, log(program, status));
            }
            Status.ofCompiler("nvrtcGetCUBINSize", nvrtc.nvrtcGetCUBINSize(program, size));
            BytePointer code = new BytePointer(size.get());
            Status.ofCompiler("nvrtcGetCUBIN", nvrtc.nvrtcGetCUBIN(program, code));
            return code;
        } finally {
            nvrtc.nvrtcDestroyProgram(program);
        }
    }

    private static String log(_nvrtcProgram program, int status) {
        try (SizeTPointer size = new SizeTPointer(1)) {
            if (nvrtc.nvrtcGetProgramLogSize(program, size) != nvrtc.NVRTC_SUCCESS || size.get() <= 1) {
                return nvrtc.nvrtcGetErrorString(status).getString();
            }
            try (BytePointer log = new BytePointer(size.get())) {
                nvrtc.nvrtcGetProgramLog(program, log);
                return log.getString().strip();
            }
        }
    }
}
