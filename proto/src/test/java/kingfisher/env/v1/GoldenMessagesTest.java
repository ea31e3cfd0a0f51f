package kingfisher.env.v1;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Messages that earlier versions have written are read by this one, and written again with the same bytes. A golden message
 * is a text, whose first lines name its type, and its serialized form; both stay as they are for ever.
 */
final class GoldenMessagesTest {

    private static final Path FOLDER = Path.of("src", "test", "resources", "golden");
    private static final Pattern TYPE = Pattern.compile("# proto-message: kingfisher\\.env\\.v1\\.(\\w+)\n");

    static List<Path> texts() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".txtpb"))
                    .sorted()
                    .toList();
        }
    }

    private static Descriptor type(String text) {
        Matcher found = TYPE.matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return EnvironmentProto.getDescriptor().findMessageTypeByName(found.group(1));
    }

    private static Message parsed(Path file) throws IOException {
        String text = Files.readString(file);
        DynamicMessage.Builder builder = DynamicMessage.newBuilder(type(text));
        TextFormat.merge(text, builder);
        return builder.build();
    }

    private static byte[] bytes(Path text) throws IOException {
        return Files.readAllBytes(
                text.resolveSibling(text.getFileName().toString().replace(".txtpb", ".binpb")));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void aMessageIsReadFromItsBytesAndWrittenWithThem(Path file) throws IOException {
        Message message = parsed(file);

        assertThat(message.toByteArray()).isEqualTo(bytes(file));
        assertThat(DynamicMessage.parseFrom(message.getDescriptorForType(), bytes(file)))
                .isEqualTo(message);
    }

    @Test
    void everyFieldAndEveryNameOfAValueIsInAGoldenMessage() throws IOException {
        Set<String> seen = new TreeSet<>();
        for (Path file : texts()) {
            collect(parsed(file), seen);
        }

        Set<String> all = new TreeSet<>();
        EnvironmentProto.getDescriptor().getMessageTypes().forEach(type -> collect(type, all));
        for (EnumDescriptor type : EnvironmentProto.getDescriptor().getEnumTypes()) {
            for (EnumValueDescriptor value : type.getValues()) {
                if (value.getNumber() != 0) { // what is not set, and is not written
                    all.add(value.getFullName());
                }
            }
        }
        assertThat(seen).isEqualTo(all);
    }

    private static void collect(Descriptor type, Set<String> all) {
        all.add(type.getFullName());
        type.getFields().forEach(field -> all.add(field.getFullName()));
        type.getNestedTypes().forEach(nested -> collect(nested, all));
    }

    private static void collect(Message message, Set<String> seen) {
        seen.add(message.getDescriptorForType().getFullName());
        for (Map.Entry<FieldDescriptor, Object> entry : message.getAllFields().entrySet()) {
            seen.add(entry.getKey().getFullName());
            List<Object> values = new ArrayList<>();
            if (entry.getValue() instanceof List<?> list) {
                values.addAll(list);
            } else {
                values.add(entry.getValue());
            }
            for (Object value : values) {
                if (value instanceof Message nested) {
                    collect(nested, seen);
                } else if (value instanceof EnumValueDescriptor named && named.getNumber() != 0) {
                    seen.add(named.getFullName());
                }
            }
        }
    }

    @Test
    void numbersForWhatIsToComeAreReserved() {
        assertThat(CreateGroupRequest.getDescriptor().isReservedNumber(16))
                .as("leases")
                .isTrue();
        assertThat(CreateGroupRequest.getDescriptor().isReservedNumber(17))
                .as("step chunks")
                .isTrue();
        assertThat(CreateGroupResponse.getDescriptor().isReservedNumber(16))
                .as("leases")
                .isTrue();
        assertThat(CreateGroupResponse.getDescriptor().isReservedNumber(17))
                .as("leases")
                .isTrue();
        assertThat(RunGroupRequest.getDescriptor().isReservedNumber(5))
                .as("step chunks")
                .isTrue();
        assertThat(RunGroupRequest.getDescriptor().isReservedNumber(16))
                .as("resuming")
                .isTrue();
        assertThat(RunGroupResponse.getDescriptor().isReservedNumber(5))
                .as("step chunks")
                .isTrue();
    }
}
