package kingfisher.optim.backend.cuda;

import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.Shapes;

/**
 * The backend on an NVIDIA graphics processor, in either precision: cuBLAS for products, without reduced precision, and
 * kernels of our own for everything else.
 *
 * <p>An operation is enqueued and returns, except those that bring numbers to the host ({@link #download}, {@link #dot}),
 * which wait for all that was enqueued before. Whatever the threads, the work is done in the order of the calls, one
 * operation after the other. A failure of CUDA is a {@link CudaException}, which the call after may throw. The memory of a
 * matrix is freed when neither it nor a view of it is reachable. Nothing is allocated, except memory for transfers and sums
 * of rows when they are larger than any before.
 */
public final class CudaBackend implements Backend {
    private final Device device;

    /**
     * Opens the first processor that CUDA shows ({@code CUDA_VISIBLE_DEVICES} chooses), and compiles the kernels for it, which
     * takes about a second.
     *
     * @throws CudaUnavailableException if there is none, or a library is missing
     */
    public CudaBackend(Precision precision) {
        this.device = Device.open(precision);
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public Precision precision() {
        return device.precision();
    }

    /** What the maker calls the processor, and the release of CUDA: {@code NVIDIA H200, CUDA 13.0}. */
    public String processor() {
        return Device.description();
    }

    @Override
    public boolean isParallel() {
        return true;
    }

    @Override
    public Matrix allocate(int rows, int columns) {
        Shapes.requirePositive(rows, columns);
        return device.matrix(rows, columns);
    }

    @Override
    public void upload(double[] source, int offset, int stride, Matrix target) {
        CudaMatrix to = own(target);
        synchronized (device) {
            device.upload(source, offset, stride, to);
        }
    }

    @Override
    public void download(Matrix source, double[] target, int offset, int stride) {
        CudaMatrix from = own(source);
        synchronized (device) {
            device.download(from, target, offset, stride);
        }
    }

    @Override
    public void copy(Matrix source, Matrix target) {
        Shapes.requireSame("copy", source, target);
        CudaMatrix from = own(source);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.copy(from, to);
        }
    }

    @Override
    public void fill(Matrix target, double value) {
        CudaMatrix to = own(target);
        synchronized (device) {
            device.fill(to, value);
        }
    }

    @Override
    public void gatherRows(Matrix source, int[] rows, int offset, Matrix target) {
        if (target.columns() != source.columns()) {
            throw Shapes.mismatch("gather rows", source, target);
        }
        CudaMatrix from = own(source);
        CudaMatrix to = own(target);
        for (int i = 0; i < to.rows(); i++) {
            int row = rows[offset + i];
            if (row < 0 || row >= from.rows()) {
                throw new IllegalArgumentException("gather rows: row " + row + " of " + from.rows());
            }
        }
        synchronized (device) {
            Address indices = device.uploadIndices(rows, offset, to.rows());
            device.arguments()
                    .add(to.size())
                    .add(to.columns())
                    .add(from)
                    .add(indices)
                    .add(to);
            device.launch(Kernel.GATHER_ROWS, to.size());
        }
    }

    @Override
    public void broadcastRow(Matrix row, Matrix target) {
        Shapes.require("broadcast row", row, 1, target.columns());
        CudaMatrix from = own(row);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.arguments().add(to.size()).add(to.columns()).add(from).add(to);
            device.launch(Kernel.BROADCAST_ROW, to.size());
        }
    }

    @Override
    public void sumRows(Matrix source, Matrix target) {
        Shapes.require("sum rows", target, 1, source.columns());
        CudaMatrix from = own(source);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.multiply(1, device.ones(from.rows()), false, from, false, 0, to);
        }
    }

    @Override
    public void multiply(
            double alpha, Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
        int inner = transposeA ? a.rows() : a.columns();
        if (inner != (transposeB ? b.columns() : b.rows())) {
            throw Shapes.mismatch("multiply", a, b);
        }
        Shapes.require("multiply", c, transposeA ? a.columns() : a.rows(), transposeB ? b.rows() : b.columns());
        CudaMatrix left = own(a);
        CudaMatrix right = own(b);
        CudaMatrix result = own(c);
        synchronized (device) {
            device.multiply(alpha, left, transposeA, right, transposeB, beta, result);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Computes both triangles, which takes less time than cuBLAS's product of one for a narrow and long batch, and copies
     * one of them, whose last bits may differ, to the other.
     */
    @Override
    public void covariance(double alpha, Matrix batch, double beta, Matrix target) {
        int columns = batch.columns();
        Shapes.require("covariance", target, columns, columns);
        CudaMatrix from = own(batch);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.multiply(alpha, from, true, from, false, beta, to);
            device.arguments().add(to.size()).add(columns).add(to);
            device.launch(Kernel.MIRROR, to.size());
        }
    }

    @Override
    public void divideDamped(Matrix left, Matrix right, double damping, Matrix target) {
        Shapes.require("divide damped", left, 1, target.rows());
        Shapes.require("divide damped", right, 1, target.columns());
        CudaMatrix rowFactors = own(left);
        CudaMatrix columnFactors = own(right);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.arguments()
                    .add(to.size())
                    .add(to.columns())
                    .add(rowFactors)
                    .add(columnFactors)
                    .add(damping)
                    .add(to);
            device.launch(Kernel.DIVIDE_DAMPED, to.size());
        }
    }

    @Override
    public void divideShifted(Matrix divisors, double shift, Matrix target) {
        Shapes.requireSame("divide shifted", divisors, target);
        CudaMatrix from = own(divisors);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.arguments().add(to.size()).add(from).add(shift).add(to);
            device.launch(Kernel.DIVIDE_SHIFTED, to.size());
        }
    }

    @Override
    public void square(Matrix source, Matrix target) {
        Shapes.requireSame("square", source, target);
        CudaMatrix from = own(source);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.arguments().add(to.size()).add(from).add(to);
            device.launch(Kernel.SQUARE, to.size());
        }
    }

    @Override
    public void scaleRows(Matrix factors, Matrix source, Matrix target) {
        Shapes.requireSame("scale rows", source, target);
        Shapes.require("scale rows", factors, source.rows(), 1);
        CudaMatrix scales = own(factors);
        CudaMatrix from = own(source);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.arguments()
                    .add(to.size())
                    .add(to.columns())
                    .add(scales)
                    .add(from)
                    .add(to);
            device.launch(Kernel.SCALE_ROWS, to.size());
        }
    }

    @Override
    public void addScaled(double alpha, Matrix x, Matrix y) {
        Shapes.requireSame("add scaled", x, y);
        CudaMatrix from = own(x);
        CudaMatrix to = own(y);
        synchronized (device) {
            device.arguments().add(to.size()).add(alpha).add(from).add(to);
            device.launch(Kernel.ADD_SCALED, to.size());
        }
    }

    @Override
    public void scale(double alpha, Matrix x) {
        CudaMatrix to = own(x);
        synchronized (device) {
            device.arguments().add(to.size()).add(alpha).add(to);
            device.launch(Kernel.SCALE, to.size());
        }
    }

    @Override
    public double dot(Matrix x, Matrix y) {
        Shapes.requireSame("dot", x, y);
        CudaMatrix left = own(x);
        CudaMatrix right = own(y);
        synchronized (device) {
            return device.dot(left, right);
        }
    }

    @Override
    public void activate(Activation function, Matrix preActivation, Matrix output) {
        Shapes.requireSame("activate", preActivation, output);
        CudaMatrix from = own(preActivation);
        CudaMatrix to = own(output);
        synchronized (device) {
            device.arguments().add(to.size()).add(code(function)).add(from).add(to);
            device.launch(Kernel.ACTIVATE, to.size());
        }
    }

    @Override
    public void activateBackward(Activation function, Matrix preActivation, Matrix output, Matrix gradient) {
        Shapes.requireSame("activate backward", preActivation, gradient);
        Shapes.requireSame("activate backward", output, gradient);
        CudaMatrix s = own(preActivation);
        CudaMatrix y = own(output);
        CudaMatrix to = own(gradient);
        synchronized (device) {
            device.arguments().add(to.size()).add(code(function)).add(s).add(y).add(to);
            device.launch(Kernel.ACTIVATE_BACKWARD, to.size());
        }
    }

    @Override
    public void addActivationCurvature(
            Activation function, Matrix preActivation, Matrix output, Matrix gradient, Matrix tangent, Matrix target) {
        Shapes.requireSame("add activation curvature", preActivation, target);
        Shapes.requireSame("add activation curvature", output, target);
        Shapes.requireSame("add activation curvature", gradient, target);
        Shapes.requireSame("add activation curvature", tangent, target);
        CudaMatrix s = own(preActivation);
        CudaMatrix y = own(output);
        CudaMatrix g = own(gradient);
        CudaMatrix t = own(tangent);
        CudaMatrix to = own(target);
        synchronized (device) {
            device.arguments()
                    .add(to.size())
                    .add(code(function))
                    .add(s)
                    .add(y)
                    .add(g)
                    .add(t)
                    .add(to);
            device.launch(Kernel.ADD_ACTIVATION_CURVATURE, to.size());
        }
    }

    @Override
    public void adam(
            Matrix parameters,
            Matrix gradient,
            double gradientScale,
            Matrix first,
            Matrix second,
            double rate,
            double beta1,
            double beta2,
            double epsilon,
            long step) {
        Shapes.requireSame("adam", parameters, gradient);
        Shapes.requireSame("adam", parameters, first);
        Shapes.requireSame("adam", parameters, second);
        CudaMatrix w = own(parameters);
        CudaMatrix g = own(gradient);
        CudaMatrix m = own(first);
        CudaMatrix v = own(second);
        synchronized (device) {
            device.arguments()
                    .add(w.size())
                    .add(g)
                    .add(gradientScale)
                    .add(w)
                    .add(m)
                    .add(v)
                    .add(rate / (1 - Math.pow(beta1, (double) step)))
                    .add(1 / Math.sqrt(1 - Math.pow(beta2, (double) step)))
                    .add(beta1)
                    .add(beta2)
                    .add(epsilon);
            device.launch(Kernel.ADAM, w.size());
        }
    }

    @Override
    public void rmsProp(
            Matrix parameters,
            Matrix gradient,
            double gradientScale,
            Matrix second,
            double rate,
            double decay,
            double epsilon,
            boolean epsilonInsideRoot) {
        Shapes.requireSame("rmsProp", parameters, gradient);
        Shapes.requireSame("rmsProp", parameters, second);
        CudaMatrix w = own(parameters);
        CudaMatrix g = own(gradient);
        CudaMatrix v = own(second);
        synchronized (device) {
            device.arguments()
                    .add(w.size())
                    .add(g)
                    .add(gradientScale)
                    .add(w)
                    .add(v)
                    .add(rate)
                    .add(decay)
                    .add(epsilonInsideRoot ? epsilon : 0.0)
                    .add(epsilonInsideRoot ? 0.0 : epsilon);
            device.launch(Kernel.RMS_PROP, w.size());
        }
    }

    @Override
    public void close() {
        device.close();
    }

    /** The number that {@code kernels.cu} knows the function by. */
    private static long code(Activation function) {
        return switch (function) {
            case TANH -> 0;
            case RELU -> 1;
            case ELU -> 2;
            case SIGMOID -> 3;
            case IDENTITY -> 4;
        };
    }

    private CudaMatrix own(Matrix matrix) {
        CudaMatrix cast = (CudaMatrix) matrix;
        if (cast.memory.device() != device) {
            throw new ClassCastException("a matrix of another CudaBackend");
        }
        return cast;
    }
}
