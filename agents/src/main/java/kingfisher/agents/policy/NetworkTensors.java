package kingfisher.agents.policy;

import java.util.Map;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.Tensor;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.Precision;
import kingfisher.optim.network.ParameterLayout;
import kingfisher.optim.network.ParameterVector;

/** Parameter vectors as tensors of a checkpoint, in the precision of their backend: bits survive the way there and back. */
public final class NetworkTensors {

    private NetworkTensors() {}

    /** Adds one tensor for each named part of a vector. */
    public static void save(String prefix, ParameterVector vector, Map<String, Tensor> tensors) {
        for (int i = 0; i < vector.layout().entries().size(); i++) {
            ParameterLayout.Entry entry = vector.layout().entries().get(i);
            tensors.put(prefix + entry.name(), tensor(vector.backend(), vector.view(i)));
        }
    }

    /**
     * Sets every part of a vector to its tensor.
     *
     * @throws kingfisher.envs.InvalidInputException if one is missing or has another type or shape
     */
    public static void restore(String prefix, Checkpoint checkpoint, ParameterVector vector) {
        for (int i = 0; i < vector.layout().entries().size(); i++) {
            ParameterLayout.Entry entry = vector.layout().entries().get(i);
            vector.backend().upload(values(vector.backend(), checkpoint, prefix + entry.name(), entry), vector.view(i));
        }
    }

    private static Tensor tensor(Backend backend, Matrix matrix) {
        double[] values = new double[matrix.size()];
        backend.download(matrix, values);
        if (backend.precision() == Precision.DOUBLE) {
            return Tensor.of(values, matrix.rows(), matrix.columns());
        }
        float[] singles = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            singles[i] = (float) values[i];
        }
        return Tensor.of(singles, matrix.rows(), matrix.columns());
    }

    private static double[] values(Backend backend, Checkpoint checkpoint, String name, ParameterLayout.Entry entry) {
        if (backend.precision() == Precision.DOUBLE) {
            return checkpoint.doubles(name, entry.rows(), entry.columns());
        }
        float[] singles = checkpoint.floats(name, entry.rows(), entry.columns());
        double[] values = new double[singles.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = singles[i];
        }
        return values;
    }
}
