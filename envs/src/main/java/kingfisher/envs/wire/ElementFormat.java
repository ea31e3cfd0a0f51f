package kingfisher.envs.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import kingfisher.env.v1.DataType;
import kingfisher.envs.ElementType;
import kingfisher.envs.HalfPrecision;

/** The numbers of one data type, little-endian in bytes and as doubles. */
enum ElementFormat {
    BOOL(DataType.DATA_TYPE_BOOL, ElementType.BOOL, 1, 0, 1) {
        @Override
        double get(byte[] bytes, int at) {
            return Flags.isSet(bytes[at]) ? 1 : 0;
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            bytes[at] = (byte) (value != 0 ? 1 : 0);
        }
    },
    INT8(DataType.DATA_TYPE_INT8, ElementType.INT8, 1, Byte.MIN_VALUE, Byte.MAX_VALUE) {
        @Override
        double get(byte[] bytes, int at) {
            return bytes[at];
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            bytes[at] = (byte) value;
        }
    },
    INT16(DataType.DATA_TYPE_INT16, ElementType.INT16, 2, Short.MIN_VALUE, Short.MAX_VALUE) {
        @Override
        double get(byte[] bytes, int at) {
            return (short) SHORTS.get(bytes, at);
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            SHORTS.set(bytes, at, (short) value);
        }
    },
    INT32(DataType.DATA_TYPE_INT32, ElementType.INT32, 4, Integer.MIN_VALUE, Integer.MAX_VALUE) {
        @Override
        double get(byte[] bytes, int at) {
            return (int) INTS.get(bytes, at);
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            INTS.set(bytes, at, (int) value);
        }
    },
    INT64(DataType.DATA_TYPE_INT64, ElementType.INT64, 8, Long.MIN_VALUE, Long.MAX_VALUE) {
        @Override
        double get(byte[] bytes, int at) {
            return (long) LONGS.get(bytes, at);
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            LONGS.set(bytes, at, (long) value);
        }
    },
    UINT8(DataType.DATA_TYPE_UINT8, ElementType.UINT8, 1, 0, 0xff) {
        @Override
        double get(byte[] bytes, int at) {
            return Byte.toUnsignedInt(bytes[at]);
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            bytes[at] = (byte) (int) value;
        }
    },
    UINT16(DataType.DATA_TYPE_UINT16, ElementType.UINT16, 2, 0, 0xffff) {
        @Override
        double get(byte[] bytes, int at) {
            return Short.toUnsignedInt((short) SHORTS.get(bytes, at));
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            SHORTS.set(bytes, at, (short) (int) value);
        }
    },
    UINT32(DataType.DATA_TYPE_UINT32, ElementType.UINT32, 4, 0, 0xffff_ffffL) {
        @Override
        double get(byte[] bytes, int at) {
            return Integer.toUnsignedLong((int) INTS.get(bytes, at));
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            INTS.set(bytes, at, (int) (long) value);
        }
    },
    UINT64(DataType.DATA_TYPE_UINT64, ElementType.UINT64, 8, 0, 0x1p64) {
        @Override
        double get(byte[] bytes, int at) {
            long bits = (long) LONGS.get(bytes, at);
            // the bit shifted out is kept as a sticky one, so that the sum rounds once
            return bits >= 0 ? bits : (double) ((bits >>> 1) | (bits & 1)) * 2;
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            long bits = value < 0x1p63 ? (long) value : value < 0x1p64 ? (long) (value - 0x1p63) | Long.MIN_VALUE : -1;
            LONGS.set(bytes, at, bits);
        }
    },
    FLOAT16(DataType.DATA_TYPE_FLOAT16, ElementType.FLOAT16, 2, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY) {
        @Override
        double get(byte[] bytes, int at) {
            return HalfPrecision.toDouble((short) SHORTS.get(bytes, at));
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            SHORTS.set(bytes, at, HalfPrecision.fromDouble(value));
        }
    },
    FLOAT32(DataType.DATA_TYPE_FLOAT32, ElementType.FLOAT32, 4, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY) {
        @Override
        double get(byte[] bytes, int at) {
            return (float) FLOATS.get(bytes, at);
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            FLOATS.set(bytes, at, (float) value);
        }
    },
    FLOAT64(DataType.DATA_TYPE_FLOAT64, ElementType.FLOAT64, 8, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY) {
        @Override
        double get(byte[] bytes, int at) {
            return (double) DOUBLES.get(bytes, at);
        }

        @Override
        void set(byte[] bytes, int at, double value) {
            DOUBLES.set(bytes, at, value);
        }
    };

    private static final VarHandle SHORTS = view(short[].class);
    private static final VarHandle INTS = view(int[].class);
    private static final VarHandle LONGS = view(long[].class);
    private static final VarHandle FLOATS = view(float[].class);
    private static final VarHandle DOUBLES = view(double[].class);

    private final DataType message;
    private final ElementType type;
    private final int width;
    private final double minimum;
    private final double maximum;

    ElementFormat(DataType message, ElementType type, int width, double minimum, double maximum) {
        this.message = message;
        this.type = type;
        this.width = width;
        this.minimum = minimum;
        this.maximum = maximum;
    }

    private static VarHandle view(Class<?> array) {
        return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
    }

    static ElementFormat of(ElementType type) {
        return valueOf(type.name());
    }

    /** The format of a data type; {@code place} is for the message if there is none. */
    static ElementFormat of(DataType type, String place) {
        for (ElementFormat format : values()) {
            if (format.message == type) {
                return format;
            }
        }
        throw new UnreadableMessageException(place + " has no number type that is known");
    }

    DataType message() {
        return message;
    }

    ElementType type() {
        return type;
    }

    /** Bytes of one number. */
    int width() {
        return width;
    }

    /** Whether {@link #set} keeps this number, but for the rounding of a floating-point type. */
    boolean holds(double value) {
        return !type.isInteger() || (value == Math.rint(value) && value >= minimum && value <= maximum);
    }

    /** The number whose first byte is {@code bytes[at]}. */
    abstract double get(byte[] bytes, int at);

    /** Writes a number that this format {@link #holds}. */
    abstract void set(byte[] bytes, int at, double value);

    /** Reads {@code count} numbers into {@code values} from {@code at} on. */
    void read(byte[] bytes, int from, double[] values, int at, int count) {
        for (int i = 0; i < count; i++) {
            values[at + i] = get(bytes, from + i * width);
        }
    }
}
