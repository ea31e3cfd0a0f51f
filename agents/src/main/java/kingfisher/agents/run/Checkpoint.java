package kingfisher.agents.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import kingfisher.envs.InvalidInputException;

/** What a run needs to go on: its tensors by name, and everything else as JSON. */
public final class Checkpoint {
    private final String origin;
    private final Map<String, Tensor> tensors;
    private final ObjectNode state;

    /** Creates a checkpoint that is to be written. The tensors and the state are not copied. */
    public Checkpoint(Map<String, Tensor> tensors, ObjectNode state) {
        this("checkpoint", tensors, state);
    }

    Checkpoint(String origin, Map<String, Tensor> tensors, ObjectNode state) {
        this.origin = origin;
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
        this.state = state;
    }

    /** Returns the tensors by name. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** Returns everything that is no tensor. */
    public ObjectNode state() {
        return state;
    }

    /**
     * Returns the whole number, 0 or more, that the state has under the name.
     *
     * @throws InvalidInputException if it has none
     */
    public long wholeNumber(String name) {
        JsonNode value = state.path(name);
        if (!value.canConvertToExactIntegral() || !value.canConvertToLong() || value.longValue() < 0) {
            throw damaged("its state has no whole number " + name);
        }
        return value.longValue();
    }

    /**
     * Returns the text that the state has under the name.
     *
     * @throws InvalidInputException if it has none
     */
    public String text(String name) {
        JsonNode value = state.path(name);
        if (!value.isTextual()) {
            throw damaged("its state has no text " + name);
        }
        return value.textValue();
    }

    /**
     * Returns what a reader makes of the state.
     *
     * @throws InvalidInputException if the reader misses something or finds what cannot be
     */
    public <T> T read(Function<? super ObjectNode, ? extends T> reader) {
        try {
            return reader.apply(state);
        } catch (InvalidInputException wrong) {
            String message = String.valueOf(wrong.getMessage());
            throw message.contains(origin) ? wrong : new InvalidInputException(origin + ": " + message);
        } catch (IllegalArgumentException
                | IllegalStateException
                | IndexOutOfBoundsException
                | NullPointerException wrong) {
            throw damaged(String.valueOf(wrong.getMessage()));
        }
    }

    private InvalidInputException damaged(String how) {
        return new InvalidInputException(origin + " is damaged: " + how);
    }

    /**
     * Returns the numbers of a tensor.
     *
     * @throws InvalidInputException if there is none of this name, type and shape
     */
    public float[] floats(String name, int... shape) {
        if (find(name, shape) instanceof Tensor.Floats floats) {
            return floats.values();
        }
        throw new InvalidInputException(origin + ": tensor " + name + " must have the type F32: F64");
    }

    /**
     * Returns the numbers of a tensor.
     *
     * @throws InvalidInputException if there is none of this name, type and shape
     */
    public double[] doubles(String name, int... shape) {
        if (find(name, shape) instanceof Tensor.Doubles doubles) {
            return doubles.values();
        }
        throw new InvalidInputException(origin + ": tensor " + name + " must have the type F64: F32");
    }

    private Tensor find(String name, int[] shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new InvalidInputException(origin + " has no tensor " + name);
        }
        if (!Arrays.equals(tensor.shape(), shape)) {
            throw new InvalidInputException(origin + ": tensor " + name + " must have the shape "
                    + Arrays.toString(shape) + ": " + Arrays.toString(tensor.shape()));
        }
        return tensor;
    }
}
