package kingfisher.optim.backend;

/** What the operations of a backend mean, as plain loops over row-major double arrays. */
final class Reference {
    private Reference() {}

    /** {@code alpha · op(a) · op(b)}, [rows × columns] with {@code inner} terms an element. */
    static double[] multiply(
            int rows, int inner, int columns, double alpha, double[] a, boolean ta, double[] b, boolean tb) {
        double[] c = new double[rows * columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int k = 0; k < inner; k++) {
                    sum += a[ta ? k * rows + i : i * inner + k] * b[tb ? j * inner + k : k * columns + j];
                }
                c[i * columns + j] = alpha * sum;
            }
        }
        return c;
    }

    static double activate(Activation function, double s) {
        return switch (function) {
            case TANH -> Math.tanh(s);
            case RELU -> Math.max(s, 0);
            case ELU -> s > 0 ? s : Math.expm1(s);
            case SIGMOID -> 1 / (1 + Math.exp(-s));
            case IDENTITY -> s;
        };
    }

    static double derivative(Activation function, double s) {
        return switch (function) {
            case TANH -> 1 / (Math.cosh(s) * Math.cosh(s));
            case RELU -> s > 0 ? 1 : 0;
            case ELU -> s > 0 ? 1 : Math.exp(s);
            case SIGMOID -> 1 / (2 + Math.exp(s) + Math.exp(-s));
            case IDENTITY -> 1;
        };
    }

    /** The second derivative, 0 at kinks. */
    static double secondDerivative(Activation function, double s) {
        return switch (function) {
            case TANH -> -2 * Math.tanh(s) / (Math.cosh(s) * Math.cosh(s));
            case ELU -> s < 0 ? Math.exp(s) : 0;
            case SIGMOID -> -Math.tanh(s / 2) / (2 + Math.exp(s) + Math.exp(-s));
            case RELU, IDENTITY -> 0;
        };
    }

    /** One step of Adam; β₁ = 0.9, β₂ = 0.99. */
    static void adam(
            double[] w, double[] gradient, double scale, double[] m, double[] v, double rate, double eps, long step) {
        for (int i = 0; i < w.length; i++) {
            double g = scale * gradient[i];
            m[i] = 0.9 * m[i] + (1 - 0.9) * g;
            v[i] = 0.99 * v[i] + (1 - 0.99) * g * g;
            double correctedMean = m[i] / (1 - Math.pow(0.9, (double) step));
            double correctedSquare = v[i] / (1 - Math.pow(0.99, (double) step));
            w[i] -= rate * correctedMean / (Math.sqrt(correctedSquare) + eps);
        }
    }

    /** One step of RMSProp; α = 0.9. */
    static void rmsProp(
            double[] w, double[] gradient, double scale, double[] v, double rate, double eps, boolean inside) {
        for (int i = 0; i < w.length; i++) {
            double g = scale * gradient[i];
            v[i] = 0.9 * v[i] + (1 - 0.9) * g * g;
            w[i] -= rate * g / (inside ? Math.sqrt(v[i] + eps) : Math.sqrt(v[i]) + eps);
        }
    }
}
