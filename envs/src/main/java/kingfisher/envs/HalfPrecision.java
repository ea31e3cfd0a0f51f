package kingfisher.envs;

/** IEEE 754 half-precision numbers as bit patterns, which the Java 17 library cannot convert. */
public final class HalfPrecision {

    private static final int MANTISSA_BITS = 10;
    private static final int SMALLEST_EXPONENT = -14;
    private static final int LARGEST_EXPONENT = 15;
    private static final int INFINITY = 0x7c00;
    private static final int NOT_A_NUMBER = 0x7e00;
    private static final int SIGN = 0x8000;

    private HalfPrecision() {}

    /** The number that a bit pattern stands for; exact. */
    public static double toDouble(short bits) {
        int exponent = bits >> MANTISSA_BITS & 0x1f;
        int mantissa = bits & 0x3ff;
        double magnitude;
        if (exponent == 0) {
            magnitude = Math.scalb((double) mantissa, SMALLEST_EXPONENT - MANTISSA_BITS);
        } else if (exponent == 0x1f) {
            magnitude = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            magnitude = Math.scalb((double) (mantissa | 0x400), exponent - 15 - MANTISSA_BITS);
        }
        return (bits & SIGN) == 0 ? magnitude : -magnitude;
    }

    /** The bit pattern of the nearest half-precision number, of two equally near ones the even one. */
    public static short fromDouble(double value) {
        int sign = Double.doubleToRawLongBits(value) < 0 ? SIGN : 0;
        double magnitude = Math.abs(value);
        if (Double.isNaN(value)) {
            return (short) NOT_A_NUMBER;
        }
        int exponent = Math.max(Math.getExponent(magnitude), SMALLEST_EXPONENT);
        if (exponent > LARGEST_EXPONENT) {
            return (short) (sign | INFINITY);
        }
        // in units of the last place; a carry runs into the exponent, and into infinity from the largest number
        long units = (long) Math.rint(Math.scalb(magnitude, MANTISSA_BITS - exponent));
        return (short) (sign | (int) (units + ((long) (exponent - SMALLEST_EXPONENT) << MANTISSA_BITS)));
    }
}
