package kingfisher.envs;

import java.util.Locale;

/** The number type in which an environment states the elements of a {@link BoxSpace}; they travel as doubles. */
public enum ElementType {
    /** IEEE 754 half precision. */
    FLOAT16(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
    /** IEEE 754 single precision. */
    FLOAT32(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
    /** IEEE 754 double precision. */
    FLOAT64(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY),
    /** 0 for false and 1 for true. */
    BOOL(0, 1),
    /** Signed 8-bit integers. */
    INT8(Byte.MIN_VALUE, Byte.MAX_VALUE),
    /** Unsigned 8-bit integers, as in images. */
    UINT8(0, 255),
    /** Signed 16-bit integers. */
    INT16(Short.MIN_VALUE, Short.MAX_VALUE),
    /** Unsigned 16-bit integers. */
    UINT16(0, 65_535),
    /** Signed 32-bit integers. */
    INT32(Integer.MIN_VALUE, Integer.MAX_VALUE),
    /** Unsigned 32-bit integers. */
    UINT32(0, 4_294_967_295.0),
    /** Signed 64-bit integers; only those up to 2⁵³ in magnitude travel exactly. */
    INT64(Long.MIN_VALUE, Long.MAX_VALUE),
    /** Unsigned 64-bit integers; only those up to 2⁵³ travel exactly. */
    UINT64(0, 0x1p64);

    private final double minimum;
    private final double maximum;

    ElementType(double minimum, double maximum) {
        this.minimum = minimum;
        this.maximum = maximum;
    }

    /** Whether the values are whole numbers. */
    public boolean isInteger() {
        return this != FLOAT16 && this != FLOAT32 && this != FLOAT64;
    }

    /** The number of this type that {@code value} becomes: the nearest of a floating-point type, clamped if integer. */
    double round(double value) {
        if (isInteger()) {
            return Math.max(minimum, Math.min(maximum, Math.rint(value)));
        }
        return switch (this) {
            case FLOAT16 -> HalfPrecision.toDouble(HalfPrecision.fromDouble(value));
            case FLOAT32 -> (float) value;
            default -> value;
        };
    }

    /** A text that names {@code value} in this type, short but for half precision. */
    String format(double value) {
        if (isInteger()) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        return this == FLOAT32 ? Float.toString((float) value) : Double.toString(value);
    }

    /** NumPy's name of the type, such as {@code float32}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
