package kingfisher.optim.network;

import java.util.List;
import java.util.Optional;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import org.jspecify.annotations.Nullable;

/** The passes of one {@link OutputHead} of a {@link NetworkModel}, with its host arrays. */
final class HeadPass {

    private static final int NONE = -1;

    final int width;
    final double[] outputs;
    final double[] gradients;
    final double[] tangents;
    final double[] cotangents;

    private final Mlp network;
    private final Backend backend;
    private final ForwardTrace trace;
    private final MlpTangent tangent;
    private final int batch;
    private final int rowIndex;
    private final double[] row;

    HeadPass(OutputHead head, int batch) {
        this.network = head.network();
        ParameterVector parameters = network.parameters();
        this.backend = parameters.backend();
        this.trace = network.trace(batch);
        this.tangent = new MlpTangent(network, trace);
        this.batch = batch;
        this.rowIndex = head.rowParameter() == null ? NONE : parameters.layout().index(head.rowParameter());
        this.row = new double[rowIndex == NONE ? 0 : rowWidth(parameters.layout(), rowIndex)];
        this.width = network.layers().get(network.layers().size() - 1).outputs() + row.length;
        this.outputs = new double[batch * width];
        this.gradients = new double[batch * width];
        this.tangents = new double[batch * width];
        this.cotangents = new double[batch * width];
    }

    private HeadPass(HeadPass whole, int rows) {
        this.network = whole.network;
        this.backend = whole.backend;
        this.trace = whole.trace.firstRows(rows);
        this.tangent = new MlpTangent(network, trace);
        this.batch = rows;
        this.rowIndex = whole.rowIndex;
        this.row = new double[whole.row.length];
        this.width = whole.width;
        this.outputs = whole.outputs;
        this.gradients = whole.gradients;
        this.tangents = new double[rows * width];
        this.cotangents = new double[rows * width];
    }

    /** Returns the passes over the first rows of the same forward passes, with tangents of their own. */
    HeadPass firstRows(int rows) {
        return new HeadPass(this, rows);
    }

    private static int rowWidth(ParameterLayout layout, int index) {
        ParameterLayout.Entry entry = layout.entries().get(index);
        if (entry.rows() != 1) {
            throw new IllegalArgumentException("a head's outputs that are parameters must be one row: %s is %dx%d"
                    .formatted(entry.name(), entry.rows(), entry.columns()));
        }
        return entry.columns();
    }

    List<LayerTrace> layers() {
        return tangent.layers();
    }

    Optional<RowParameter> rowParameter(int head) {
        if (rowIndex == NONE) {
            return Optional.empty();
        }
        ParameterLayout.Entry entry = network.parameters().layout().entries().get(rowIndex);
        return Optional.of(new RowParameter(entry.name(), entry.offset(), head, width - row.length, row.length));
    }

    void forward(Matrix features) {
        backend.download(network.forward(features, trace), outputs, 0, width);
        spreadRow(network.parameters(), outputs);
    }

    void backward(double scale, ParameterVector gradient, @Nullable Matrix featureGradient, double keep) {
        backend.upload(gradients, 0, width, trace.outputGradient());
        network.backward(trace, scale, gradient, featureGradient, keep);
        sumRow(gradients, scale, gradient);
    }

    void pushForward(ParameterVector direction, @Nullable Matrix featureTangent) {
        tangent.forward(direction, featureTangent);
        backend.download(tangent.outputTangent(), tangents, 0, width);
        spreadRow(direction, tangents);
    }

    void pullBack(double scale, ParameterVector product, @Nullable Matrix featureCotangent, double keep) {
        backend.upload(cotangents, 0, width, tangent.outputCotangent());
        tangent.pullBack(scale, product, featureCotangent, keep);
        sumRow(cotangents, scale, product);
    }

    void pullBackToLayers(@Nullable Matrix featureCotangent, double keep) {
        backend.upload(cotangents, 0, width, tangent.outputCotangent());
        tangent.pullBackToLayers(featureCotangent, keep);
    }

    void backwardTangent(double scale, ParameterVector product, @Nullable Matrix featureGradientTangent, double keep) {
        backend.upload(cotangents, 0, width, tangent.outputCotangent());
        tangent.backward(scale, product, featureGradientTangent, keep);
        sumRow(cotangents, scale, product);
    }

    /** Writes the row parameter of a vector behind the network's outputs of each example. */
    private void spreadRow(ParameterVector vector, double[] target) {
        if (rowIndex == NONE) {
            return;
        }
        backend.download(vector.view(rowIndex), row);
        for (int end = width; end <= batch * width; end += width) {
            System.arraycopy(row, 0, target, end - row.length, row.length);
        }
    }

    /** Writes the row parameter's part of a product: {@code scale} times the sum of its outputs' cotangents. */
    private void sumRow(double[] source, double scale, ParameterVector product) {
        if (rowIndex == NONE) {
            return;
        }
        for (int i = 0; i < row.length; i++) {
            double sum = 0;
            for (int at = width - row.length + i; at < batch * width; at += width) {
                sum += source[at];
            }
            row[i] = scale * sum;
        }
        backend.upload(row, product.view(rowIndex));
    }
}
