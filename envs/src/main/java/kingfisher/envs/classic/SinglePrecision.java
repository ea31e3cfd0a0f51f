package kingfisher.envs.classic;

/**
 * Sine and cosine of small single-precision angles as NumPy computes them on processors with fused multiply-add.
 *
 * <p>Minimax polynomials in x², evaluated by Horner's rule with one rounding an operation; NumPy's own differ from the
 * correctly rounded values in about one of two thousand. Coefficients: NumPy, {@code loops_trigonometric}, after N. Juffa.
 * Angles up to π/4 in magnitude, where no range reduction takes place.
 */
final class SinglePrecision {

    private SinglePrecision() {}

    static float sin(float x) {
        float square = x * x;
        float sum = Math.fma(0x1.7d3bbcp-19f, square, -0x1.a06bbap-13f);
        sum = Math.fma(sum, square, 0x1.11119ap-07f);
        sum = Math.fma(sum, square, -0x1.555556p-03f);
        return Math.fma(sum * square, x, x);
    }

    static float cos(float x) {
        float square = x * x;
        float sum = Math.fma(0x1.98e616p-16f, square, -0x1.6c06dcp-10f);
        sum = Math.fma(sum, square, 0x1.55553cp-05f);
        sum = Math.fma(sum, square, -0.5f);
        return Math.fma(sum, square, 1);
    }
}
