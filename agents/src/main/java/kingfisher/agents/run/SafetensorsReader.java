package kingfisher.agents.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kingfisher.envs.InvalidInputException;

/** Reads a safetensors file and believes nothing in it before it has been checked. */
final class SafetensorsReader {
    private static final long LONGEST_HEADER = 100_000_000; // the format's own limit

    /** Where the header says that a tensor lies: bytes {@code [begin, end)} after the header. */
    private record Extent(String name, String type, List<Integer> shape, long begin, long end) {}

    private final Path file;

    SafetensorsReader(Path file) {
        this.file = file;
    }

    Safetensors read() {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            JsonNode header = readHeader(channel);
            List<Extent> extents = new ArrayList<>();
            Map<String, String> metadata = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> field : header.properties()) {
                if (field.getKey().equals(Safetensors.METADATA)) {
                    readMetadata(field.getValue(), metadata);
                } else {
                    extents.add(extent(field.getKey(), field.getValue()));
                }
            }
            extents.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
            requireNoGaps(extents, channel.size() - channel.position());
            return new Safetensors(readTensors(channel, extents), metadata);
        } catch (NoSuchFileException missing) {
            throw new InvalidInputException("no such file: " + file);
        } catch (IOException unreadable) {
            throw new InvalidInputException(file + " cannot be read: " + Failures.reason(unreadable));
        }
    }

    private JsonNode readHeader(FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw damaged("it has " + size + " bytes, too few for a header");
        }
        long length = readFully(channel, Long.BYTES).getLong();
        if (length < 0 || length > size - Long.BYTES || length > LONGEST_HEADER) {
            throw damaged("its header should have " + Long.toUnsignedString(length) + " bytes, the file has " + size);
        }
        try {
            ByteBuffer bytes = readFully(channel, (int) length);
            JsonNode header =
                    Json.parse(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
            if (!header.isObject()) {
                throw damaged("its header is not a JSON object");
            }
            return header;
        } catch (JsonProcessingException | CharacterCodingException broken) {
            throw damaged("its header is not valid JSON");
        }
    }

    private void readMetadata(JsonNode node, Map<String, String> metadata) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            metadata.put(field.getKey(), field.getValue().asText());
            if (!field.getValue().isTextual()) {
                throw damaged("its metadata " + field.getKey() + " is not a text");
            }
        }
        if (!node.isObject()) {
            throw damaged("its metadata is not a JSON object");
        }
    }

    private Extent extent(String name, JsonNode node) {
        String type = node.path("dtype").asText();
        if (!type.equals("F32") && !type.equals("F64")) {
            throw new InvalidInputException(
                    file + ": tensor " + name + " must have the type F32 or F64: " + (type.isEmpty() ? "none" : type));
        }
        JsonNode offsets = node.path("data_offsets");
        if (offsets.size() != 2 || !isOffset(offsets.path(0)) || !isOffset(offsets.path(1))) {
            throw damaged("tensor " + name + " has no data_offsets");
        }
        List<Integer> shape = shape(name, node.path("shape"));
        long begin = offsets.path(0).longValue();
        long end = offsets.path(1).longValue();
        if (end - begin != elements(shape) * width(type)) {
            throw damaged("tensor " + name + " of shape " + shape + " does not fill its bytes " + offsets);
        }
        return new Extent(name, type, shape, begin, end);
    }

    private List<Integer> shape(String name, JsonNode node) {
        if (!node.isArray()) {
            throw damaged("tensor " + name + " has no shape");
        }
        List<Integer> shape = new ArrayList<>();
        for (JsonNode dimension : node) {
            if (!isOffset(dimension) || !dimension.canConvertToInt()) {
                throw damaged("tensor " + name + " has the shape " + node);
            }
            shape.add(dimension.intValue());
        }
        if (elements(shape) > Integer.MAX_VALUE) {
            throw damaged("tensor " + name + " has the shape " + node + ", more numbers than can be read");
        }
        return shape;
    }

    /** The product of the dimensions, or a number too large for an array where it is that. */
    private static long elements(List<Integer> shape) {
        long elements = 1;
        for (int dimension : shape) {
            elements = Math.min(elements, Integer.MAX_VALUE + 1L) * dimension;
        }
        return elements;
    }

    private static int width(String type) {
        return type.equals("F32") ? Float.BYTES : Double.BYTES;
    }

    private static boolean isOffset(JsonNode node) {
        return node.isIntegralNumber() && node.canConvertToLong() && node.longValue() >= 0;
    }

    private void requireNoGaps(List<Extent> extents, long available) {
        long end = 0;
        for (Extent extent : extents) {
            if (extent.begin() != end) {
                throw damaged("tensor " + extent.name() + " begins at byte " + extent.begin() + ", expected " + end);
            }
            end = extent.end();
        }
        if (end != available) {
            throw damaged("its tensors should take " + end + " bytes, it has " + available);
        }
    }

    private Map<String, Tensor> readTensors(FileChannel channel, List<Extent> extents) throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Extent extent : extents) {
            tensors.put(extent.name(), readTensor(channel, extent));
        }
        return tensors;
    }

    private Tensor readTensor(FileChannel channel, Extent extent) throws IOException {
        int width = width(extent.type());
        int size = (int) ((extent.end() - extent.begin()) / width);
        int[] shape = extent.shape().stream().mapToInt(Integer::intValue).toArray();
        Tensor tensor =
                extent.type().equals("F32") ? Tensor.of(new float[size], shape) : Tensor.of(new double[size], shape);
        int most = Safetensors.CHUNK / width;
        for (int from = 0; from < size; from += most) {
            int count = Math.min(most, size - from);
            tensor.take(from, count, readFully(channel, count * width));
        }
        return tensor;
    }

    private ByteBuffer readFully(FileChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw damaged("it ends early");
            }
        }
        return buffer.flip();
    }

    private InvalidInputException damaged(String how) {
        return new InvalidInputException(file + " is damaged: " + how);
    }
}
