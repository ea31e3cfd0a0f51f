package kingfisher.optim.linear;

/** Sums over vectors of doubles; the order of additions is fixed, so the same numbers give the same bits. */
public final class Vectors {

    private Vectors() {}

    /** {@code Σ x ∘ y} over vectors of one length. Neither is modified. */
    public static double dot(double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("y: expected %d numbers, found %d".formatted(x.length, y.length));
        }
        return dot(x, 0, y, 0, x.length);
    }

    /** {@code Σ x[left + i] · y[right + i]}; four running sums hide the latency of the additions. */
    static double dot(double[] x, int left, double[] y, int right, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int i = 0;
        for (; i + 4 <= length; i += 4) {
            s0 += x[left + i] * y[right + i];
            s1 += x[left + i + 1] * y[right + i + 1];
            s2 += x[left + i + 2] * y[right + i + 2];
            s3 += x[left + i + 3] * y[right + i + 3];
        }
        double sum = (s0 + s1) + (s2 + s3);
        for (; i < length; i++) {
            sum += x[left + i] * y[right + i];
        }
        return sum;
    }

    /** The Euclidean norm; infinite if the sum of squares overflows. */
    public static double norm(double[] x) {
        return Math.sqrt(dot(x, x));
    }

    /** {@code y = alpha · x + y} over vectors of one length. Modifies {@code y} only. */
    public static void addScaled(double alpha, double[] x, double[] y) {
        if (x.length != y.length) {
            throw new IllegalArgumentException("y: expected %d numbers, found %d".formatted(x.length, y.length));
        }
        for (int i = 0; i < x.length; i++) {
            y[i] += alpha * x[i];
        }
    }

    /** Whether no element is infinite or NaN. */
    public static boolean isFinite(double[] x) {
        // 0 times an element is 0, or NaN if the element is not finite
        double d0 = 0;
        double d1 = 0;
        double d2 = 0;
        double d3 = 0;
        int i = 0;
        for (; i + 4 <= x.length; i += 4) {
            d0 += 0 * x[i];
            d1 += 0 * x[i + 1];
            d2 += 0 * x[i + 2];
            d3 += 0 * x[i + 3];
        }
        for (; i < x.length; i++) {
            d0 += 0 * x[i];
        }
        return d0 + d1 + d2 + d3 == 0;
    }
}
