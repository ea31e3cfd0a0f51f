package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import kingfisher.envs.InvalidInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SafetensorsTest {
    @TempDir
    Path folder;

    /** What src/test/python/record_safetensors.py recorded with the format's own library. */
    private static byte[] recorded() throws IOException {
        try (InputStream in = SafetensorsTest.class.getResourceAsStream("recorded.safetensors")) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("t.safetensors"), bytes);
    }

    private static byte[] bytes(String header, int... numbers) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer buffer = ByteBuffer.allocate(8 + json.length + 4 * numbers.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json);
        for (int number : numbers) {
            buffer.putInt(number);
        }
        return buffer.array();
    }

    private static Tensor tensor(Safetensors file, String name) {
        return Objects.requireNonNull(file.tensors().get(name), name);
    }

    private static float[] floats(Safetensors file, String name) {
        return ((Tensor.Floats) tensor(file, name)).values();
    }

    private static double[] doubles(Safetensors file, String name) {
        return ((Tensor.Doubles) tensor(file, name)).values();
    }

    @Test
    void aFileOfTheFormatsOwnLibraryIsRead() throws IOException {
        Safetensors file = Safetensors.read(file(recorded()));

        assertThat(file.tensors())
                .containsOnlyKeys("policy.weights", "policy.bias", "normalizer.mean", "scalar", "nothing");
        assertThat(floats(file, "policy.weights"))
                .containsExactly(0.5f, -1.25f, 3f, Float.MIN_VALUE, -0.0f, Float.MAX_VALUE);
        assertThat(tensor(file, "policy.weights").shape()).containsExactly(2, 3);
        assertThat(floats(file, "policy.bias")).containsExactly((float) Math.PI, Float.NEGATIVE_INFINITY, Float.NaN);
        assertThat(doubles(file, "normalizer.mean")).containsExactly(0.1, Double.MIN_VALUE, -Double.MAX_VALUE);
        assertThat(doubles(file, "scalar")).containsExactly(42.0);
        assertThat(tensor(file, "scalar").shape()).isEmpty();
        assertThat(tensor(file, "nothing").shape()).containsExactly(0, 3);
        assertThat(file.metadata())
                .containsExactlyInAnyOrderEntriesOf(Map.of("made by", "the format's own library", "ünïcode", "✓"));
    }

    @Test
    void theSameTensorsAreWrittenAsTheFormatsOwnLibraryWroteThem() throws IOException {
        Safetensors file = Safetensors.read(file(recorded()));
        Path again = folder.resolve("again.safetensors");

        file.write(again);

        assertThat(again).hasBinaryContent(recorded());
    }

    @Test
    void tensorsLongerThanABufferSurviveTheWayThereAndBack() {
        float[] floats = new float[100_003];
        double[] doubles = new double[50_001];
        Arrays.setAll(doubles, i -> Math.sin(i));
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) Math.cos(i);
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("floats", Tensor.of(floats, 100_003));
        tensors.put("doubles", Tensor.of(doubles, 3, 16_667));
        Path path = folder.resolve("long.safetensors");

        new Safetensors(tensors, Map.of()).write(path);
        Safetensors again = Safetensors.read(path);

        assertThat(floats(again, "floats")).containsExactly(floats);
        assertThat(doubles(again, "doubles")).containsExactly(doubles);
        assertThat(tensor(again, "doubles").shape()).containsExactly(3, 16_667);
    }

    @Test
    void anEmptyFileOfTensorsIsOne() {
        Path path = folder.resolve("empty.safetensors");
        new Safetensors(Map.of(), Map.of()).write(path);

        assertThat(Safetensors.read(path).tensors()).isEmpty();
    }

    @Test
    void everyCutOfAFileIsSeen() throws IOException {
        byte[] whole = recorded();
        for (int length = 0; length < whole.length; length++) {
            Path cut = file(Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.read(cut))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(InvalidInputException.class)
                    .hasMessageStartingWith(cut + " is damaged: ")
                    .hasMessageNotContaining("\n");
        }
        Path longer = file(Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> Safetensors.read(longer))
                .hasMessage(longer + " is damaged: its tensors should take 68 bytes, it has 69");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[] | its header is not a JSON object",
                "{] | its header is not valid JSON",
                "{} {} | its header is not valid JSON",
                "{\"a\":1} | tensor a must have the type F32 or F64: none",
                "{\"a\":{\"dtype\":\"BF16\"}} | tensor a must have the type F32 or F64: BF16",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}} | tensor a has no data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}} | tensor a has no data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}} | tensor a has no data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}} | tensor a has no shape",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}} | tensor a has the shape [1.5]",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}} | tensor a has the shape [-1]",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}"
                        + " | tensor a of shape [2] does not fill its bytes [0,4]",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[65536,65536],\"data_offsets\":[0,0]}}"
                        + " | tensor a has the shape [65536,65536], more numbers than can be read",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}"
                        + " | tensor a begins at byte 4, expected 0",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}"
                        + " | its tensors should take 8 bytes, it has 4",
                "{\"__metadata__\":{\"n\":1}} | its metadata n is not a text",
                "{\"__metadata__\":3} | its metadata is not a JSON object",
            })
    void aHeaderThatLiesIsRefused(String header, String message) throws IOException {
        Path file = file(bytes(header, 7));

        assertThatThrownBy(() -> Safetensors.read(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageEndingWith(": " + message);
    }

    @Test
    void tensorsThatShareBytesAreRefused() throws IOException {
        String tensor = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}";
        Path file = file(bytes("{\"a\":" + tensor + ",\"b\":" + tensor + "}", 7));

        assertThatThrownBy(() -> Safetensors.read(file)).hasMessageContaining("tensor b begins at byte 0, expected 4");
    }

    @Test
    void aLengthThatNoFileHasIsRefused() throws IOException {
        byte[] bytes = bytes("{}", 7);
        Arrays.fill(bytes, 0, 8, (byte) 0xff);
        Path file = file(bytes);

        assertThatThrownBy(() -> Safetensors.read(file))
                .hasMessageContaining("its header should have 18446744073709551615 bytes, the file has 14");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path absent = folder.resolve("absent");

        assertThatThrownBy(() -> Safetensors.read(absent))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("no such file: " + absent);
    }

    @Test
    void aShapeMustHaveAsManyElementsAsTheArray() {
        assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape [2, 3] has 6 elements, the array 5");
        assertThatThrownBy(() -> Tensor.of(new double[0], -1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Tensor.of(new double[0], Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, 0)
                        .size())
                .isZero();
    }
}
