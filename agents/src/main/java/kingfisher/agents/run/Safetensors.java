package kingfisher.agents.run;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Files of named tensors in the safetensors format: eight bytes for the length of the header, a header in JSON, the
 * numbers; all little-endian (<a href="https://github.com/huggingface/safetensors#format">format</a>).
 *
 * @param tensors each tensor under its name, in the order of the file
 * @param metadata further texts that stand in the header
 */
public record Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    static final int CHUNK = 1 << 16; // bytes; a multiple of each number's width

    /** Keeps copies of the maps, in their order. */
    public Safetensors {
        tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        if (tensors.containsKey(METADATA)) {
            throw new IllegalArgumentException("no tensor can have the name " + METADATA);
        }
    }

    /**
     * Reads a file of tensors.
     *
     * @throws kingfisher.envs.InvalidInputException if it is missing, damaged, or has numbers other than F32 and F64
     */
    public static Safetensors read(Path file) {
        return new SafetensorsReader(file).read();
    }

    /**
     * Writes the file, over one that is there.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void write(Path file) {
        try {
            FileOperations.SYSTEM.write(file, this::writeTo);
        } catch (IOException failure) {
            throw Failures.cannot("write", file, failure);
        }
    }

    void writeTo(WritableByteChannel channel) throws IOException {
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
        // wide numbers first, so that every number lies at a multiple of its width
        order.sort(Comparator.comparing(entry -> -entry.getValue().width()));
        writeFully(channel, ByteBuffer.wrap(header(order)));
        ByteBuffer buffer = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (Map.Entry<String, Tensor> entry : order) {
            writeNumbers(channel, entry.getValue(), buffer);
        }
    }

    private byte[] header(List<Map.Entry<String, Tensor>> order) {
        ObjectNode header = Json.object();
        if (!metadata.isEmpty()) {
            ObjectNode texts = header.putObject(METADATA);
            metadata.forEach(texts::put);
        }
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : order) {
            Tensor tensor = entry.getValue();
            ObjectNode description = header.putObject(entry.getKey()).put("dtype", tensor.type());
            ArrayNode shape = description.putArray("shape");
            for (int dimension : tensor.shape()) {
                shape.add(dimension);
            }
            long end = offset + (long) tensor.size() * tensor.width();
            description.putArray("data_offsets").add(offset).add(end);
            offset = end;
        }
        byte[] json = Json.compact(header).getBytes(StandardCharsets.UTF_8);
        int length =
                (json.length + 7) / 8 * 8; // the format lets spaces follow, so that numbers start at a multiple of 8
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(length).put(json);
        while (bytes.hasRemaining()) {
            bytes.put((byte) ' ');
        }
        return bytes.array();
    }

    private static void writeNumbers(WritableByteChannel channel, Tensor tensor, ByteBuffer buffer) throws IOException {
        int most = buffer.capacity() / tensor.width();
        for (int from = 0; from < tensor.size(); from += most) {
            buffer.clear();
            tensor.put(from, Math.min(most, tensor.size() - from), buffer);
            writeFully(channel, buffer.flip());
        }
    }

    private static void writeFully(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
