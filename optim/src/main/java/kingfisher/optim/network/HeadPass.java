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
    private final int offset; // of the first row in the host arrays
    private final int rowIndex;
    private final double[] row;

    HeadPass(OutputHead head, int batch) {
        this.network = head.network();
        ParameterVector parameters = network.parameters();
        this.backend = parameters.backend();
        this.trace = network.trace(batch);
        this.tangent = new MlpTangent(network, trace);
        this.batch = batch;
        this.offset = 0;
        this.rowIndex = head.rowParameter() == null ? NONE : parameters.layout().index(head.rowParameter());
        this.row = new double[rowIndex == NONE ? 0 : rowWidth(parameters.layout(), rowIndex)];
        this.width = network.layers().get(network.layers().size() - 1).outputs() + row.length;
        this.outputs = new double[batch * width];
        this.gradients = new double[batch * width];
        this.tangents = new double[batch * width];
        this.cotangents = new double[batch * width];
    }

    private HeadPass(
            HeadPass whole,
            ForwardTrace trace,
            MlpTangent tangent,
            int offset,
            double[] outputs,
            double[] tangents,
            double[] cotangents) {
        this.network = whole.network;
        this.backend = whole.backend;
        this.trace = trace;
        this.tangent = tangent;
        this.batch = trace.batch();
        this.offset = offset;
        this.rowIndex = whole.rowIndex;
        this.row = new double[whole.row.length];
        this.width = whole.width;
        this.outputs = outputs;
        this.gradients = whole.gradients;
        this.tangents = tangents;
        this.cotangents = cotangents;
    }

    /** Returns the passes over the first rows of the same forward passes, with tangents of their own. */
    HeadPass firstRows(int count) {
        ForwardTrace first = trace.firstRows(count, backend);
        MlpTangent own = new MlpTangent(network, first);
        return new HeadPass(this, first, own, offset, outputs, new double[count * width], new double[count * width]);
    }

    /** Returns the passes over some rows, in the same memory. */
    HeadPass rows(int first, int count) {
        ForwardTrace rows = trace.rows(first, count);
        return new HeadPass(this, rows, tangent.rows(rows, first), first * width, outputs, tangents, cotangents);
    }

    /** Returns passes over at most as many other rows, with outputs of their own and derivatives in this one's memory. */
    HeadPass borrowing(int count) {
        ForwardTrace own = network.traceWithGradientsIn(trace, count);
        double[] ownOutputs = new double[count * width];
        return new HeadPass(this, own, tangent.rows(own, 0), 0, ownOutputs, tangents, cotangents);
    }

    /** Names the input of forward passes, and of those of its rows. */
    void setInput(Matrix features) {
        network.setInput(features, trace);
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

    void forward() {
        backend.download(network.forward(trace), outputs, offset, width);
        spreadRow(network.parameters(), outputs);
    }

    void backward(double scale, ParameterVector gradient, @Nullable Matrix featureGradient, double keep) {
        backend.upload(gradients, offset, width, trace.outputGradient());
        network.backward(trace, scale, gradient, featureGradient, keep);
        sumRow(gradients, scale, gradient);
    }

    void pushForward(ParameterVector direction, @Nullable Matrix featureTangent) {
        tangent.forward(direction, featureTangent);
        backend.download(tangent.outputTangent(), tangents, offset, width);
        spreadRow(direction, tangents);
    }

    void pullBack(double scale, ParameterVector product, @Nullable Matrix featureCotangent, double keep) {
        backend.upload(cotangents, offset, width, tangent.outputCotangent());
        tangent.pullBack(scale, product, featureCotangent, keep);
        sumRow(cotangents, scale, product);
    }

    void pullBackToLayers(@Nullable Matrix featureCotangent, double keep) {
        backend.upload(cotangents, offset, width, tangent.outputCotangent());
        tangent.pullBackToLayers(featureCotangent, keep);
    }

    void backwardTangent(double scale, ParameterVector product, @Nullable Matrix featureGradientTangent, double keep) {
        backend.upload(cotangents, offset, width, tangent.outputCotangent());
        tangent.backward(scale, product, featureGradientTangent, keep);
        sumRow(cotangents, scale, product);
    }

    /** Writes the row parameter of a vector behind the network's outputs of each example. */
    private void spreadRow(ParameterVector vector, double[] target) {
        if (rowIndex == NONE) {
            return;
        }
        backend.download(vector.view(rowIndex), row);
        for (int b = 1; b <= batch; b++) {
            System.arraycopy(row, 0, target, offset + b * width - row.length, row.length);
        }
    }

    /** Writes the row parameter's part of a product: {@code scale} times the sum of its outputs' cotangents. */
    private void sumRow(double[] source, double scale, ParameterVector product) {
        if (rowIndex == NONE) {
            return;
        }
        for (int i = 0; i < row.length; i++) {
            double sum = 0;
            for (int b = 1; b <= batch; b++) {
                sum += source[offset + b * width - row.length + i];
            }
            row[i] = scale * sum;
        }
        backend.upload(row, product.view(rowIndex));
    }
}
