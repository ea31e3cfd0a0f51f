package kingfisher.experiments.bench;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;

/**
 * The matrix products in a piece of work, without all else: what no program on this BLAS can be faster than. Calls of
 * {@link Backend#multiply} are recorded as they pass through, and repeated on the same matrices.
 */
final class MatrixProducts {

    private final Backend backend;
    private final Backend recorder;
    private final List<Call> calls = new ArrayList<>();

    private record Call(
            double alpha, Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {}

    MatrixProducts(Backend backend) {
        this.backend = backend;
        this.recorder = (Backend) Proxy.newProxyInstance(
                Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("multiply")) {
                        calls.add(new Call(
                                (double) arguments[0],
                                (Matrix) arguments[1],
                                (boolean) arguments[2],
                                (Matrix) arguments[3],
                                (boolean) arguments[4],
                                (double) arguments[5],
                                (Matrix) arguments[6]));
                    }
                    try {
                        return method.invoke(backend, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getCause();
                    }
                });
    }

    /** The backend to do the work with. */
    Backend recorder() {
        return recorder;
    }

    /** Does some work and returns its matrix products; what the work has computed is lost when they are run. */
    Runnable of(Runnable work) {
        calls.clear();
        work.run();
        Call[] recorded = calls.toArray(new Call[0]);
        return () -> {
            for (Call call : recorded) {
                backend.multiply(call.alpha, call.a, call.transposeA, call.b, call.transposeB, call.beta, call.c);
            }
        };
    }
}
