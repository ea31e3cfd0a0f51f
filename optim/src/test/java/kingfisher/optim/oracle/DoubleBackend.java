package kingfisher.optim.oracle;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.cuda.CudaBackend;
import kingfisher.optim.backend.nd4j.Nd4jBackend;

/**
 * The backend in double on which exactness is tested: ND4J's, or a graphics processor with
 * {@code -Dkingfisher.test.backend=cuda}.
 */
public final class DoubleBackend {
    private static final String CHOICE = System.getProperty("kingfisher.test.backend", "nd4j");

    private DoubleBackend() {}

    /** Returns a backend; closing it does nothing. */
    public static Backend create() {
        return switch (CHOICE) {
            case "nd4j" -> new Nd4jBackend(Precision.DOUBLE);
            case "cuda" -> Shared.BACKEND;
            default -> throw new IllegalArgumentException("kingfisher.test.backend must be nd4j or cuda: " + CHOICE);
        };
    }

    /** One for all tests: to open a graphics processor takes longer than most of them. */
    private static final class Shared {
        static final Backend BACKEND = unclosed(new CudaBackend(Precision.DOUBLE));

        private static Backend unclosed(Backend backend) {
            return (Backend) Proxy.newProxyInstance(
                    Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            return null;
                        }
                        try {
                            return method.invoke(backend, arguments);
                        } catch (InvocationTargetException failure) {
                            throw failure.getCause();
                        }
                    });
        }
    }
}
