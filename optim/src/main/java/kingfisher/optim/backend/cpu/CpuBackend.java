package kingfisher.optim.backend.cpu;

import dev.ludovic.netlib.blas.BLAS;
import java.util.Arrays;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.Shapes;

/**
 * The default backend: single precision on the heap.
 *
 * <p>Products go to BLAS on the calling thread; everything else is a flat loop that the JVM's compiler vectorises.
 * Nothing is allocated, except a copy in elementwise operations whose operands are views at different offsets, and
 * scratch at the first use of a matrix as a target, which the matrix keeps.
 */
public final class CpuBackend implements Backend {

    private final BLAS blas = Blas.load();
    private final Products products = new Products(blas);
    private volatile float[] ones = new float[0];

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public Precision precision() {
        return Precision.FLOAT;
    }

    @Override
    public boolean isParallel() {
        return false;
    }

    @Override
    public Matrix allocate(int rows, int columns) {
        Shapes.requirePositive(rows, columns);
        return new HeapMatrix(new float[rows * columns], 0, rows, columns);
    }

    @Override
    public void upload(double[] source, int offset, int stride, Matrix target) {
        HeapMatrix matrix = (HeapMatrix) target;
        int columns = matrix.columns();
        for (int row = 0; row < matrix.rows(); row++) {
            int from = offset + row * stride;
            int to = matrix.offset + row * columns;
            for (int column = 0; column < columns; column++) {
                matrix.data[to + column] = (float) source[from + column];
            }
        }
    }

    @Override
    public void download(Matrix source, double[] target, int offset, int stride) {
        HeapMatrix matrix = (HeapMatrix) source;
        int columns = matrix.columns();
        for (int row = 0; row < matrix.rows(); row++) {
            int from = matrix.offset + row * columns;
            int to = offset + row * stride;
            for (int column = 0; column < columns; column++) {
                target[to + column] = matrix.data[from + column];
            }
        }
    }

    @Override
    public void copy(Matrix source, Matrix target) {
        Shapes.requireSame("copy", source, target);
        HeapMatrix from = (HeapMatrix) source;
        HeapMatrix to = (HeapMatrix) target;
        System.arraycopy(from.data, from.offset, to.data, to.offset, from.size());
    }

    @Override
    public void fill(Matrix target, double value) {
        HeapMatrix matrix = (HeapMatrix) target;
        Arrays.fill(matrix.data, matrix.offset, matrix.offset + matrix.size(), (float) value);
    }

    @Override
    public void gatherRows(Matrix source, int[] rows, int offset, Matrix target) {
        int columns = source.columns();
        if (target.columns() != columns) {
            throw Shapes.mismatch("gather rows", source, target);
        }
        HeapMatrix from = (HeapMatrix) source;
        HeapMatrix to = (HeapMatrix) target;
        for (int i = 0; i < to.rows(); i++) {
            int row = rows[offset + i];
            if (row < 0 || row >= from.rows()) {
                throw new IllegalArgumentException("gather rows: row " + row + " of " + from.rows());
            }
            System.arraycopy(from.data, from.offset + row * columns, to.data, to.offset + i * columns, columns);
        }
    }

    @Override
    public void broadcastRow(Matrix row, Matrix target) {
        Shapes.require("broadcast row", row, 1, target.columns());
        HeapMatrix from = (HeapMatrix) row;
        HeapMatrix to = (HeapMatrix) target;
        int size = to.size();
        System.arraycopy(from.data, from.offset, to.data, to.offset, to.columns());
        for (int done = to.columns(); done < size; done *= 2) {
            System.arraycopy(to.data, to.offset, to.data, to.offset + done, Math.min(done, size - done));
        }
    }

    @Override
    public void sumRows(Matrix source, Matrix target) {
        int columns = source.columns();
        Shapes.require("sum rows", target, 1, columns);
        HeapMatrix from = (HeapMatrix) source;
        HeapMatrix to = (HeapMatrix) target;
        float[] vector = ones(from.rows());
        blas.sgemv(
                "N",
                columns,
                from.rows(),
                1f,
                from.data,
                from.offset,
                columns,
                vector,
                0,
                1,
                0f,
                to.data,
                to.offset,
                1);
    }

    private float[] ones(int length) {
        float[] current = ones;
        if (current.length < length) {
            current = new float[length];
            Arrays.fill(current, 1f);
            ones = current;
        }
        return current;
    }

    @Override
    public void multiply(
            double alpha, Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
        int rows = transposeA ? a.columns() : a.rows();
        int inner = transposeA ? a.rows() : a.columns();
        int columns = transposeB ? b.rows() : b.columns();
        if (inner != (transposeB ? b.columns() : b.rows())) {
            throw Shapes.mismatch("multiply", a, b);
        }
        Shapes.require("multiply", c, rows, columns);
        products.multiply(
                (float) alpha, (HeapMatrix) a, transposeA, (HeapMatrix) b, transposeB, (float) beta, (HeapMatrix) c);
    }

    @Override
    public void covariance(double alpha, Matrix batch, double beta, Matrix target) {
        Shapes.require("covariance", target, batch.columns(), batch.columns());
        products.covariance((float) alpha, (HeapMatrix) batch, (float) beta, (HeapMatrix) target);
    }

    @Override
    public void divideDamped(Matrix left, Matrix right, double damping, Matrix target) {
        int columns = target.columns();
        Shapes.require("divide damped", left, 1, target.rows());
        Shapes.require("divide damped", right, 1, columns);
        HeapMatrix rowFactors = (HeapMatrix) left;
        HeapMatrix columnFactors = (HeapMatrix) right;
        HeapMatrix to = (HeapMatrix) target;
        float[] denominators = to.scratch();
        for (int row = 0; row < to.rows(); row++) {
            int start = to.offset + row * columns;
            System.arraycopy(columnFactors.data, columnFactors.offset, denominators, start, columns);
            VectorLoops.divideDamped(
                    rowFactors.data[rowFactors.offset + row],
                    denominators,
                    (float) damping,
                    to.data,
                    start,
                    start + columns);
        }
    }

    @Override
    public void divideShifted(Matrix divisors, double shift, Matrix target) {
        Shapes.requireSame("divide shifted", divisors, target);
        HeapMatrix from = (HeapMatrix) divisors;
        HeapMatrix to = (HeapMatrix) target;
        float[] denominators = from.data;
        if (from.offset != to.offset) {
            denominators = to.scratch();
            System.arraycopy(from.data, from.offset, denominators, to.offset, to.size());
        }
        VectorLoops.divideShifted(denominators, (float) shift, to.data, to.offset, to.end());
    }

    @Override
    public void square(Matrix source, Matrix target) {
        Shapes.requireSame("square", source, target);
        HeapMatrix from = (HeapMatrix) source;
        HeapMatrix to = (HeapMatrix) target;
        if (from.offset != to.offset) {
            copy(source, target);
            from = to;
        }
        VectorLoops.square(from.data, to.data, to.offset, to.end());
    }

    @Override
    public void scaleRows(Matrix factors, Matrix source, Matrix target) {
        Shapes.requireSame("scale rows", source, target);
        Shapes.require("scale rows", factors, source.rows(), 1);
        HeapMatrix scales = (HeapMatrix) factors;
        HeapMatrix from = (HeapMatrix) source;
        HeapMatrix to = (HeapMatrix) target;
        if (from.offset != to.offset) {
            copy(source, target);
            from = to;
        }
        int columns = to.columns();
        for (int row = 0; row < to.rows(); row++) {
            int start = to.offset + row * columns;
            VectorLoops.scale(scales.data[scales.offset + row], from.data, to.data, start, start + columns);
        }
    }

    @Override
    public void addScaled(double alpha, Matrix x, Matrix y) {
        Shapes.requireSame("add scaled", x, y);
        HeapMatrix to = (HeapMatrix) y;
        VectorLoops.addScaled((float) alpha, alignedData(x, to), to.data, to.offset, to.end());
    }

    @Override
    public void scale(double alpha, Matrix x) {
        HeapMatrix matrix = (HeapMatrix) x;
        VectorLoops.scale((float) alpha, matrix.data, matrix.data, matrix.offset, matrix.end());
    }

    @Override
    public double dot(Matrix x, Matrix y) {
        Shapes.requireSame("dot", x, y);
        HeapMatrix left = (HeapMatrix) x;
        HeapMatrix right = (HeapMatrix) y;
        return VectorLoops.dot(left.data, left.offset, right.data, right.offset, left.size());
    }

    @Override
    public boolean isFinite(Matrix x) {
        HeapMatrix matrix = (HeapMatrix) x;
        // several times as fast as a sum in double, which is asked only where this one may have overflowed
        return Float.isFinite(blas.sasum(matrix.size(), matrix.data, matrix.offset, 1)) || Backend.super.isFinite(x);
    }

    @Override
    public void activate(Activation function, Matrix preActivation, Matrix output) {
        HeapMatrix to = (HeapMatrix) output;
        HeapMatrix from = (HeapMatrix) preActivation;
        if (function == Activation.IDENTITY || from.offset != to.offset) {
            copy(preActivation, output);
            from = to;
        }
        Shapes.requireSame("activate", preActivation, output);
        switch (function) {
            case TANH -> Activations.tanh(from.data, to.data, to.offset, to.end());
            case RELU -> Activations.relu(from.data, to.data, to.offset, to.end());
            case ELU -> Activations.elu(from.data, to.data, to.offset, to.end());
            case SIGMOID -> Activations.sigmoid(from.data, to.data, to.offset, to.end());
            case IDENTITY -> {}
        }
    }

    @Override
    public void activateBackward(Activation function, Matrix preActivation, Matrix output, Matrix gradient) {
        Shapes.requireSame("activate backward", preActivation, gradient);
        Shapes.requireSame("activate backward", output, gradient);
        HeapMatrix to = (HeapMatrix) gradient;
        float[] y = alignedData(output, to);
        switch (function) {
            case TANH -> Activations.tanhBackward(y, to.data, to.offset, to.end());
            case RELU -> Activations.reluBackward(y, to.data, to.offset, to.end());
            case ELU -> Activations.eluBackward(y, to.data, to.offset, to.end());
            case SIGMOID -> Activations.sigmoidBackward(y, to.data, to.offset, to.end());
            case IDENTITY -> {}
        }
    }

    @Override
    public void addActivationCurvature(
            Activation function, Matrix preActivation, Matrix output, Matrix gradient, Matrix tangent, Matrix target) {
        Shapes.requireSame("add activation curvature", preActivation, target);
        Shapes.requireSame("add activation curvature", output, target);
        Shapes.requireSame("add activation curvature", gradient, target);
        Shapes.requireSame("add activation curvature", tangent, target);
        HeapMatrix to = (HeapMatrix) target;
        float[] y = alignedData(output, to);
        float[] g = alignedData(gradient, to);
        float[] t = alignedData(tangent, to);
        switch (function) {
            case TANH -> Activations.addTanhCurvature(y, g, t, to.data, to.offset, to.end());
            case ELU -> Activations.addEluCurvature(y, g, t, to.data, to.offset, to.end());
            case SIGMOID -> Activations.addSigmoidCurvature(y, g, t, to.data, to.offset, to.end());
            case RELU, IDENTITY -> {}
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
        HeapMatrix w = (HeapMatrix) parameters;
        float[] m = alignedData(first, w);
        float[] v = alignedData(second, w);
        VectorLoops.adam(
                w.data,
                alignedData(gradient, w),
                (float) gradientScale,
                m,
                v,
                (float) (rate / (1 - Math.pow(beta1, (double) step))),
                (float) (1 / Math.sqrt(1 - Math.pow(beta2, (double) step))),
                (float) beta1,
                (float) beta2,
                (float) epsilon,
                w.offset,
                w.end());
        writeBack(m, w.offset, first);
        writeBack(v, w.offset, second);
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
        HeapMatrix w = (HeapMatrix) parameters;
        float[] v = alignedData(second, w);
        VectorLoops.rmsProp(
                w.data,
                alignedData(gradient, w),
                (float) gradientScale,
                v,
                (float) rate,
                (float) decay,
                epsilonInsideRoot ? (float) epsilon : 0f,
                epsilonInsideRoot ? 0f : (float) epsilon,
                w.offset,
                w.end());
        writeBack(v, w.offset, second);
    }

    /** Returns an array that holds {@code x} where {@code target} begins: its own, or a copy if the offsets differ. */
    private static float[] alignedData(Matrix x, HeapMatrix target) {
        HeapMatrix matrix = (HeapMatrix) x;
        if (matrix.offset == target.offset) {
            return matrix.data;
        }
        float[] copy = new float[target.end()];
        System.arraycopy(matrix.data, matrix.offset, copy, target.offset, matrix.size());
        return copy;
    }

    private static void writeBack(float[] aligned, int offset, Matrix x) {
        HeapMatrix matrix = (HeapMatrix) x;
        if (aligned != matrix.data) {
            System.arraycopy(aligned, offset, matrix.data, matrix.offset, matrix.size());
        }
    }

    @Override
    public void close() {}
}
