package kingfisher.envs.testing;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Changes messages at random: their bytes, or the values of their fields. */
public final class MessageMutator {

    private static final long[] LIMITS = {
        0, 1, -1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE, Long.MAX_VALUE, Long.MIN_VALUE
    };

    private final SplittableRandom random;

    /** Draws all that is left to chance from {@code random}. */
    public MessageMutator(SplittableRandom random) {
        this.random = random;
    }

    /** The bytes of a message that differs from this one in one or a few places. */
    public byte[] mutate(Message message) {
        if (random.nextBoolean()) {
            return bytes(message.toByteArray());
        }
        Message.Builder builder = message.toBuilder();
        int changes = 1 + random.nextInt(3);
        for (int i = 0; i < changes; i++) {
            field(builder);
        }
        return builder.build().toByteArray();
    }

    private byte[] bytes(byte[] original) {
        byte[] bytes = original;
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            bytes = switch (random.nextInt(5)) {
                case 0 -> Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
                case 1 -> insert(bytes);
                case 2 -> repeat(bytes);
                default -> replace(bytes);
            };
        }
        return bytes;
    }

    private byte[] replace(byte[] bytes) {
        byte[] changed = bytes.clone();
        if (changed.length > 0) {
            int at = random.nextInt(changed.length);
            changed[at] =
                    random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (changed[at] ^ (1 << random.nextInt(8)));
        }
        return changed;
    }

    private byte[] insert(byte[] bytes) {
        byte[] more = new byte[1 + random.nextInt(8)];
        random.nextBytes(more);
        return splice(bytes, random.nextInt(bytes.length + 1), more);
    }

    private byte[] repeat(byte[] bytes) {
        int from = random.nextInt(bytes.length + 1);
        int to = from + random.nextInt(bytes.length - from + 1);
        return splice(bytes, to, Arrays.copyOfRange(bytes, from, to));
    }

    private static byte[] splice(byte[] bytes, int at, byte[] more) {
        byte[] longer = new byte[bytes.length + more.length];
        System.arraycopy(bytes, 0, longer, 0, at);
        System.arraycopy(more, 0, longer, at, more.length);
        System.arraycopy(bytes, at, longer, at + more.length, bytes.length - at);
        return longer;
    }

    /** Changes one field, here or in a message within. */
    private void field(Message.Builder builder) {
        List<FieldDescriptor> fields = builder.getDescriptorForType().getFields();
        if (fields.isEmpty()) {
            return;
        }
        List<FieldDescriptor> set = new ArrayList<>(builder.getAllFields().keySet());
        boolean present = !set.isEmpty() && random.nextInt(4) > 0;
        FieldDescriptor field =
                present ? set.get(random.nextInt(set.size())) : fields.get(random.nextInt(fields.size()));
        if (random.nextInt(6) == 0) {
            builder.clearField(field);
        } else if (field.isRepeated()) {
            repeated(builder, field);
        } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            field(builder.getFieldBuilder(field));
        } else {
            builder.setField(field, value(field, builder.getField(field)));
        }
    }

    private void repeated(Message.Builder builder, FieldDescriptor field) {
        int count = builder.getRepeatedFieldCount(field);
        if (count > 0 && random.nextInt(3) == 0) {
            builder.addRepeatedField(field, builder.getRepeatedField(field, random.nextInt(count)));
        } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
            if (field.isMapField() || count == 0) {
                builder.addRepeatedField(
                        field, builder.newBuilderForField(field).build());
            } else {
                int index = random.nextInt(count);
                Message.Builder element = ((Message) builder.getRepeatedField(field, index)).toBuilder();
                field(element);
                builder.setRepeatedField(field, index, element.build());
            }
        } else if (count == 0) {
            builder.addRepeatedField(field, value(field, empty(field)));
        } else {
            int index = random.nextInt(count);
            builder.setRepeatedField(field, index, value(field, builder.getRepeatedField(field, index)));
        }
    }

    /** A value to begin with where there is none; only that of texts and bytes matters. */
    private static Object empty(FieldDescriptor field) {
        return field.getJavaType() == FieldDescriptor.JavaType.BYTE_STRING ? ByteString.EMPTY : "";
    }

    private Object value(FieldDescriptor field, Object old) {
        long limit = LIMITS[random.nextInt(LIMITS.length)];
        return switch (field.getJavaType()) {
            case INT -> random.nextBoolean() ? (int) limit : random.nextInt();
            case LONG -> random.nextBoolean() ? limit : random.nextLong();
            case FLOAT -> (float) number(limit);
            case DOUBLE -> number(limit);
            case BOOLEAN -> random.nextBoolean();
            case STRING ->
                new String(bytes(((String) old).getBytes(StandardCharsets.UTF_8)), StandardCharsets.ISO_8859_1);
            case BYTE_STRING -> ByteString.copyFrom(bytes(((ByteString) old).toByteArray()));
            case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(random.nextInt(14));
            case MESSAGE -> throw new IllegalArgumentException("a message is no single value: " + field.getFullName());
        };
    }

    private double number(long limit) {
        return switch (random.nextInt(3)) {
            case 0 -> limit;
            case 1 -> Double.NaN;
            default -> Double.longBitsToDouble(random.nextLong());
        };
    }
}
