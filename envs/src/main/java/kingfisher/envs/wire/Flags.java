package kingfisher.envs.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/** Truth values, a byte each. */
public final class Flags {

    private Flags() {}

    /** The bytes of {@code flags}. */
    public static ByteString write(boolean[] flags) {
        byte[] bytes = new byte[flags.length];
        for (int i = 0; i < flags.length; i++) {
            bytes[i] = (byte) (flags[i] ? 1 : 0);
        }
        return UnsafeByteOperations.unsafeWrap(bytes);
    }

    /**
     * Reads {@code count} flags into {@code flags} from {@code at} on.
     *
     * @param name what they are, for the exception
     * @throws UnreadableMessageException if there are not that many, or one is neither 0 nor 1
     */
    public static void read(ByteString bytes, String name, boolean[] flags, int at, int count) {
        if (bytes.size() != count) {
            throw new UnreadableMessageException(name + " must be " + count + " bytes, not " + bytes.size());
        }
        for (int i = 0; i < count; i++) {
            byte flag = bytes.byteAt(i);
            if (flag != 0 && flag != 1) {
                throw new UnreadableMessageException(name + ": " + refusal(flag));
            }
            flags[at + i] = flag == 1;
        }
    }

    static boolean isSet(byte flag) {
        if (flag != 0 && flag != 1) {
            throw new UnreadableMessageException(refusal(flag));
        }
        return flag == 1;
    }

    private static String refusal(byte flag) {
        return "a flag must be 0 or 1, not " + Byte.toUnsignedInt(flag);
    }
}
