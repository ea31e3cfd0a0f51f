package kingfisher.optim.backend.cpu;

/**
 * Activation functions as flat loops over {@code [start, end)}, with one index for all arrays and without branches: the
 * form that the JVM's compiler turns into vector instructions. All propagate NaN; input and output may be one array.
 */
final class Activations {

    /* Rational approximation tanh(x) = x P(x²) / Q(x²) on [-LIMIT, LIMIT], held beyond; a few units in the last
     * place. The coefficients are those of Eigen (Eigen/src/Core/MathFunctionsImpl.h, ptanh_float). */
    private static final float LIMIT = 7.9988117f;
    private static final float P0 = 4.8935246e-3f;
    private static final float P1 = 6.3726195e-4f;
    private static final float P2 = 1.48572235e-5f;
    private static final float P3 = 5.1222973e-8f;
    private static final float P4 = -8.604672e-11f;
    private static final float P5 = 2.000188e-13f;
    private static final float P6 = -2.7607684e-16f;
    private static final float Q0 = 4.893525e-3f;
    private static final float Q1 = 2.2684347e-3f;
    private static final float Q2 = 1.185347e-4f;
    private static final float Q3 = 1.1982584e-6f;

    private Activations() {}

    private static float tanh(float s) {
        float x = Math.max(-LIMIT, Math.min(LIMIT, s));
        float y = x * x;
        float numerator = ((((((P6 * y + P5) * y + P4) * y + P3) * y + P2) * y + P1) * y + P0) * x;
        float denominator = ((Q3 * y + Q2) * y + Q1) * y + Q0;
        return numerator / denominator;
    }

    static void tanh(float[] s, float[] y, int start, int end) {
        for (int i = start; i < end; i++) {
            y[i] = tanh(s[i]);
        }
    }

    static void relu(float[] s, float[] y, int start, int end) {
        for (int i = start; i < end; i++) {
            y[i] = Math.max(s[i], 0f);
        }
    }

    /* exp(x) - 1 = 2t / (1 - t) with t = tanh(x / 2), which keeps its relative accuracy near 0. */
    static void elu(float[] s, float[] y, int start, int end) {
        for (int i = start; i < end; i++) {
            float t = tanh(0.5f * Math.min(s[i], 0f));
            y[i] = Math.max(s[i], 0f) + 2f * t / (1f - t);
        }
    }

    static void sigmoid(float[] s, float[] y, int start, int end) {
        for (int i = start; i < end; i++) {
            y[i] = 0.5f + 0.5f * tanh(0.5f * s[i]);
        }
    }

    static void tanhBackward(float[] y, float[] gradient, int start, int end) {
        for (int i = start; i < end; i++) {
            gradient[i] *= 1f - y[i] * y[i];
        }
    }

    /* min(1, y · largest) is 1 for every positive normal number and 0 at 0. */
    static void reluBackward(float[] y, float[] gradient, int start, int end) {
        for (int i = start; i < end; i++) {
            gradient[i] *= Math.min(1f, y[i] * Float.MAX_VALUE);
        }
    }

    /* The derivative is y + 1 where y = exp(s) - 1 < 0, else 1. */
    static void eluBackward(float[] y, float[] gradient, int start, int end) {
        for (int i = start; i < end; i++) {
            gradient[i] *= Math.min(1f, y[i] + 1f);
        }
    }

    static void sigmoidBackward(float[] y, float[] gradient, int start, int end) {
        for (int i = start; i < end; i++) {
            gradient[i] *= y[i] * (1f - y[i]);
        }
    }

    static void addTanhCurvature(float[] y, float[] gradient, float[] tangent, float[] target, int start, int end) {
        for (int i = start; i < end; i++) {
            target[i] -= 2f * y[i] * gradient[i] * tangent[i];
        }
    }

    /* min(1, -y · largest) is 1 for every negative normal number and 0 at 0; y has the sign of s. */
    static void addEluCurvature(float[] y, float[] gradient, float[] tangent, float[] target, int start, int end) {
        for (int i = start; i < end; i++) {
            target[i] += Math.min(1f, Math.max(0f, -y[i]) * Float.MAX_VALUE) * gradient[i] * tangent[i];
        }
    }

    static void addSigmoidCurvature(float[] y, float[] gradient, float[] tangent, float[] target, int start, int end) {
        for (int i = start; i < end; i++) {
            target[i] += (1f - 2f * y[i]) * gradient[i] * tangent[i];
        }
    }
}
