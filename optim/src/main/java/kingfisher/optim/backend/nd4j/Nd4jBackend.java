package kingfisher.optim.backend.nd4j;

import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.backend.Shapes;
import kingfisher.optim.backend.openblas.OpenBlas;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.transforms.floating.Sqrt;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.Nd4jBlas;

/**
 * The backend on ND4J, in either precision.
 *
 * <p>In double it is the oracle that faster backends are checked against. No operation leaves memory off the heap to the
 * garbage collector: results, scratch and native contexts belong to the matrix that is written and live as long as it.
 * ND4J's activations are exact to one unit in the last place of 1, which near 0 is less than the last place of the
 * result.
 *
 * <p>An operation runs on the calling thread; for that, ND4J's own threads are switched off, in the whole process.
 */
public final class Nd4jBackend implements Backend {
    private final Precision precision;
    private final DataType type;

    /** Starts ND4J, if it has not been started, which takes seconds. */
    public Nd4jBackend(Precision precision) {
        this.precision = precision;
        this.type = switch (precision) {
            case FLOAT -> DataType.FLOAT;
            case DOUBLE -> DataType.DOUBLE;
        };
        OpenBlas.settleKernels();
        Nd4j.getEnvironment().setMaxMasterThreads(1);
        ((Nd4jBlas) Nd4j.factory().blas()).setMaxThreads(1);
    }

    @Override
    public String name() {
        return "nd4j";
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public boolean isParallel() {
        return false;
    }

    @Override
    public Matrix allocate(int rows, int columns) {
        Shapes.requirePositive(rows, columns);
        return Nd4jMatrix.zeros(type, rows, columns);
    }

    @Override
    public void upload(double[] source, int offset, int stride, Matrix target) {
        Nd4jMatrix to = own(target);
        int columns = to.columns();
        for (int row = 0; row < to.rows(); row++) {
            for (int column = 0; column < columns; column++) {
                to.set(row * columns + column, source[offset + row * stride + column]);
            }
        }
    }

    @Override
    public void download(Matrix source, double[] target, int offset, int stride) {
        Nd4jMatrix from = own(source);
        int columns = from.columns();
        for (int row = 0; row < from.rows(); row++) {
            for (int column = 0; column < columns; column++) {
                target[offset + row * stride + column] = from.get(row * columns + column);
            }
        }
    }

    @Override
    public void copy(Matrix source, Matrix target) {
        Shapes.requireSame("copy", source, target);
        own(target).vector.assign(own(source).vector);
    }

    @Override
    public void fill(Matrix target, double value) {
        Nd4jMatrix to = own(target);
        to.into(Operation.ASSIGN).run(to.array, to.scalar(value));
    }

    @Override
    public void gatherRows(Matrix source, int[] rows, int offset, Matrix target) {
        Nd4jMatrix from = own(source);
        Nd4jMatrix to = own(target);
        int columns = to.columns();
        if (from.columns() != columns) {
            throw Shapes.mismatch("gather rows", source, target);
        }
        for (int i = 0; i < to.rows(); i++) {
            int row = rows[offset + i];
            if (row < 0 || row >= from.rows()) {
                throw new IllegalArgumentException("gather rows: row " + row + " of " + from.rows());
            }
            for (int column = 0; column < columns; column++) {
                to.set(i * columns + column, from.get(row * columns + column));
            }
        }
    }

    @Override
    public void broadcastRow(Matrix row, Matrix target) {
        Shapes.require("broadcast row", row, 1, target.columns());
        Nd4jMatrix to = own(target);
        to.into(Operation.ASSIGN).run(to.array, own(row).array);
    }

    @Override
    public void sumRows(Matrix source, Matrix target) {
        Shapes.require("sum rows", target, 1, source.columns());
        Nd4jMatrix to = own(target);
        to.into(Operation.SUM_ROWS).run(own(source).array);
    }

    /**
     * {@inheritDoc}
     *
     * <p>Computes {@code cᵀ = alpha · op(b)ᵀ · op(a)ᵀ + beta · cᵀ}: ND4J multiplies without copies only into an array that
     * is laid out column after column, which the transpose of a row-major one is.
     */
    @Override
    public void multiply(
            double alpha, Matrix a, boolean transposeA, Matrix b, boolean transposeB, double beta, Matrix c) {
        int inner = transposeA ? a.rows() : a.columns();
        if (inner != (transposeB ? b.columns() : b.rows())) {
            throw Shapes.mismatch("multiply", a, b);
        }
        Shapes.require("multiply", c, transposeA ? a.columns() : a.rows(), transposeB ? b.rows() : b.columns());
        Nd4jMatrix left = own(b);
        Nd4jMatrix right = own(a);
        Nd4jMatrix result = own(c);
        result.into(Operation.MATRIX_PRODUCT)
                .run(
                        transposeB ? left.array : left.transposed,
                        transposeA ? right.array : right.transposed,
                        alpha,
                        beta);
    }

    /** {@inheritDoc} The general product rounds the two triangles differently, so that one is copied to the other. */
    @Override
    public void covariance(double alpha, Matrix batch, double beta, Matrix target) {
        int size = batch.columns();
        Shapes.require("covariance", target, size, size);
        multiply(alpha, batch, true, batch, false, beta, target);
        Nd4jMatrix to = own(target);
        for (int row = 1; row < size; row++) {
            for (int column = 0; column < row; column++) {
                to.set(row * size + column, to.get(column * size + row));
            }
        }
    }

    @Override
    public void divideDamped(Matrix left, Matrix right, double damping, Matrix target) {
        Shapes.require("divide damped", left, 1, target.rows());
        Shapes.require("divide damped", right, 1, target.columns());
        Nd4jMatrix to = own(target);
        Nd4jMatrix denominators = to.scratch();
        multiply(1, left, true, right, false, 0, denominators);
        add(damping, denominators);
        to.into(Operation.DIVIDE).run(to.vector, denominators.vector);
    }

    @Override
    public void divideShifted(Matrix divisors, double shift, Matrix target) {
        Shapes.requireSame("divide shifted", divisors, target);
        Nd4jMatrix to = own(target);
        Nd4jMatrix denominators = to.scratch();
        copy(divisors, denominators);
        add(shift, denominators);
        to.into(Operation.DIVIDE).run(to.vector, denominators.vector);
    }

    @Override
    public void square(Matrix source, Matrix target) {
        Shapes.requireSame("square", source, target);
        Nd4jMatrix from = own(source);
        own(target).into(Operation.MULTIPLY).run(from.vector, from.vector);
    }

    @Override
    public void scaleRows(Matrix factors, Matrix source, Matrix target) {
        Shapes.requireSame("scale rows", source, target);
        Shapes.require("scale rows", factors, source.rows(), 1);
        own(target).into(Operation.SCALE_ROWS).run(own(source).array, own(factors).array);
    }

    @Override
    public void addScaled(double alpha, Matrix x, Matrix y) {
        Shapes.requireSame("add scaled", x, y);
        addScaled(alpha, own(x), own(y));
    }

    private static void addScaled(double alpha, Nd4jMatrix x, Nd4jMatrix y) {
        Nd4j.getBlasWrapper().level1().axpy(y.size(), alpha, x.vector, y.vector);
    }

    @Override
    public void scale(double alpha, Matrix x) {
        scale(alpha, own(x));
    }

    private static void scale(double alpha, Nd4jMatrix x) {
        x.into(Operation.MULTIPLY).run(x.vector, x.scalar(alpha));
    }

    @Override
    public double dot(Matrix x, Matrix y) {
        Shapes.requireSame("dot", x, y);
        Nd4jMatrix left = own(x);
        Nd4jMatrix right = own(y);
        double sum = 0;
        for (int i = 0; i < left.size(); i++) {
            sum += left.get(i) * right.get(i);
        }
        return sum;
    }

    @Override
    public void activate(Activation function, Matrix preActivation, Matrix output) {
        Shapes.requireSame("activate", preActivation, output);
        Nd4jMatrix from = own(preActivation);
        Nd4jMatrix to = own(output);
        switch (function) {
            case TANH -> to.into(Operation.TANH).run(from.vector);
            case RELU -> to.into(Operation.RELU).run(from.vector);
            case ELU -> to.into(Operation.ELU).run(from.vector);
            case SIGMOID -> to.into(Operation.SIGMOID).run(from.vector);
            case IDENTITY -> to.vector.assign(from.vector);
        }
    }

    @Override
    public void activateBackward(Activation function, Matrix preActivation, Matrix output, Matrix gradient) {
        Shapes.requireSame("activate backward", preActivation, gradient);
        Shapes.requireSame("activate backward", output, gradient);
        Nd4jMatrix from = own(preActivation);
        Nd4jMatrix to = own(gradient);
        switch (function) {
            case TANH -> to.into(Operation.TANH_BACKWARD).run(from.vector, to.vector);
            case RELU -> to.into(Operation.RELU_BACKWARD).run(from.vector, to.vector);
            case ELU -> to.into(Operation.ELU_BACKWARD).run(from.vector, to.vector);
            case SIGMOID -> to.into(Operation.SIGMOID_BACKWARD).run(from.vector, to.vector);
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
        Nd4jMatrix s = own(preActivation);
        Nd4jMatrix y = own(output);
        Nd4jMatrix g = own(gradient);
        Nd4jMatrix t = own(tangent);
        Nd4jMatrix to = own(target);
        if (function == Activation.RELU || function == Activation.IDENTITY) {
            return;
        }
        for (int i = 0; i < to.size(); i++) {
            to.set(i, to.get(i) + bend(function, s.get(i), y.get(i)) * g.get(i) * t.get(i));
        }
    }

    /** {@code f''(s) / f'(s)}; s decides for ELU, whose ND4J output is 0 for small s on both sides. */
    private static double bend(Activation function, double s, double y) {
        return switch (function) {
            case TANH -> -2 * y;
            case SIGMOID -> 1 - 2 * y;
            case ELU -> s < 0 ? 1 : s >= 0 ? 0 : Double.NaN;
            case RELU, IDENTITY -> 0;
        };
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
        Nd4jMatrix m = own(first);
        scale(beta1, m);
        addScaled((1 - beta1) * gradientScale, own(gradient), m);
        Nd4jMatrix w = own(parameters);
        averageSquare(w.scratch(), own(gradient), gradientScale, beta2, own(second));
        Nd4jMatrix root = root(w.scratch(), own(second));
        scale(1 / Math.sqrt(1 - Math.pow(beta2, (double) step)), root);
        add(epsilon, root);
        addQuotient(-rate / (1 - Math.pow(beta1, (double) step)), m, root, w);
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
        Nd4jMatrix w = own(parameters);
        averageSquare(w.scratch(), own(gradient), gradientScale, decay, own(second));
        Nd4jMatrix root = w.scratch();
        if (epsilonInsideRoot) {
            root.vector.assign(own(second).vector);
            add(epsilon, root);
            root(root, root);
        } else {
            root(root, own(second));
            add(epsilon, root);
        }
        addQuotient(-rate * gradientScale, own(gradient), root, w);
    }

    /** {@code v = decay · v + (1 - decay) (scale · g)²}. */
    private static void averageSquare(
            Nd4jMatrix scratch, Nd4jMatrix g, double gradientScale, double decay, Nd4jMatrix v) {
        scratch.into(Operation.MULTIPLY).run(g.vector, g.vector);
        scale(decay, v);
        addScaled((1 - decay) * gradientScale * gradientScale, scratch, v);
    }

    private static Nd4jMatrix root(Nd4jMatrix target, Nd4jMatrix x) {
        Nd4j.getExecutioner().exec(new Sqrt(x.vector, target.vector));
        return target;
    }

    private static void add(double number, Nd4jMatrix x) {
        x.into(Operation.ADD).run(x.vector, x.scalar(number));
    }

    /** {@code y = y + alpha · numerator / denominator}; overwrites the denominator. */
    private static void addQuotient(double alpha, Nd4jMatrix numerator, Nd4jMatrix denominator, Nd4jMatrix y) {
        denominator.into(Operation.DIVIDE).run(numerator.vector, denominator.vector);
        addScaled(alpha, denominator, y);
    }

    /** {@inheritDoc} There is nothing to release: memory off the heap goes with the matrices that are dropped. */
    @Override
    public void close() {}

    private Nd4jMatrix own(Matrix matrix) {
        Nd4jMatrix cast = (Nd4jMatrix) matrix;
        if (cast.type() != type) {
            throw new ClassCastException("a matrix of %s in a backend of %s".formatted(cast.type(), type));
        }
        return cast;
    }
}
