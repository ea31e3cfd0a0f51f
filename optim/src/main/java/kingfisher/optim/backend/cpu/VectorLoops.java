package kingfisher.optim.backend.cpu;

/**
 * The elementwise work of {@link CpuBackend}: flat loops over {@code [start, end)} with one index for all arrays, because
 * the JVM's compiler gives up vector instructions when each array has an offset of its own (13 times slower for tanh).
 */
final class VectorLoops {

    private VectorLoops() {}

    static void addScaled(float alpha, float[] x, float[] y, int start, int end) {
        for (int i = start; i < end; i++) {
            y[i] += alpha * x[i];
        }
    }

    static void scale(float alpha, float[] x, float[] y, int start, int end) {
        for (int i = start; i < end; i++) {
            y[i] = alpha * x[i];
        }
    }

    static void divideDamped(float left, float[] right, float damping, float[] target, int start, int end) {
        for (int i = start; i < end; i++) {
            target[i] /= left * right[i] + damping;
        }
    }

    static void divideShifted(float[] divisors, float shift, float[] target, int start, int end) {
        for (int i = start; i < end; i++) {
            target[i] /= divisors[i] + shift;
        }
    }

    static void square(float[] x, float[] y, int start, int end) {
        for (int i = start; i < end; i++) {
            y[i] = x[i] * x[i];
        }
    }

    /* Eight running sums hide the latency of the additions; their order is fixed, so the bits are. */
    static double dot(float[] x, int left, float[] y, int right, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        double s4 = 0;
        double s5 = 0;
        double s6 = 0;
        double s7 = 0;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            int l = left + i;
            int r = right + i;
            s0 += (double) x[l] * y[r];
            s1 += (double) x[l + 1] * y[r + 1];
            s2 += (double) x[l + 2] * y[r + 2];
            s3 += (double) x[l + 3] * y[r + 3];
            s4 += (double) x[l + 4] * y[r + 4];
            s5 += (double) x[l + 5] * y[r + 5];
            s6 += (double) x[l + 6] * y[r + 6];
            s7 += (double) x[l + 7] * y[r + 7];
        }
        double sum = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
        for (; i < length; i++) {
            sum += (double) x[left + i] * y[right + i];
        }
        return sum;
    }

    /* rate and rootScale hold the bias corrections. */
    static void adam(
            float[] parameters,
            float[] gradient,
            float gradientScale,
            float[] first,
            float[] second,
            float rate,
            float rootScale,
            float beta1,
            float beta2,
            float epsilon,
            int start,
            int end) {
        float oneMinusBeta1 = 1f - beta1;
        float oneMinusBeta2 = 1f - beta2;
        for (int i = start; i < end; i++) {
            float g = gradientScale * gradient[i];
            float m = beta1 * first[i] + oneMinusBeta1 * g;
            float v = beta2 * second[i] + oneMinusBeta2 * g * g;
            first[i] = m;
            second[i] = v;
            parameters[i] -= rate * m / ((float) Math.sqrt(v) * rootScale + epsilon);
        }
    }

    static void rmsProp(
            float[] parameters,
            float[] gradient,
            float gradientScale,
            float[] second,
            float rate,
            float decay,
            float epsilonInside,
            float epsilonOutside,
            int start,
            int end) {
        float oneMinusDecay = 1f - decay;
        for (int i = start; i < end; i++) {
            float g = gradientScale * gradient[i];
            float v = decay * second[i] + oneMinusDecay * g * g;
            second[i] = v;
            parameters[i] -= rate * g / ((float) Math.sqrt(v + epsilonInside) + epsilonOutside);
        }
    }
}
