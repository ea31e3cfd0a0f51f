package kingfisher.optim.proximal;

import java.util.List;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.LayerTrace;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.network.RowParameter;

/** A model whose backward passes carry the gradient of a proximity besides that of the loss, at the price of neither. */
final class SharedPassModel implements DifferentiableModel {

    private final DifferentiableModel model;
    private final FunctionProximity proximity;
    private final double weight;

    SharedPassModel(DifferentiableModel model, FunctionProximity proximity, double weight) {
        this.model = model;
        this.proximity = proximity;
        this.weight = weight;
    }

    @Override
    public void backward(double scale, ParameterVector gradient) {
        if (weight > 0) {
            proximity.addOutputGradients(weight / scale);
        }
        model.backward(scale, gradient);
    }

    @Override
    public int batch() {
        return model.batch();
    }

    @Override
    public int heads() {
        return model.heads();
    }

    @Override
    public int width(int head) {
        return model.width(head);
    }

    @Override
    public ParameterVector parameters() {
        return model.parameters();
    }

    @Override
    public double[] outputs(int head) {
        return model.outputs(head);
    }

    @Override
    public double[] outputTangents(int head) {
        return model.outputTangents(head);
    }

    @Override
    public double[] outputCotangents(int head) {
        return model.outputCotangents(head);
    }

    @Override
    public double[] outputGradients(int head) {
        return model.outputGradients(head);
    }

    @Override
    public void forward(Matrix input) {
        model.forward(input);
    }

    @Override
    public void pushForward(ParameterVector direction) {
        model.pushForward(direction);
    }

    @Override
    public void pullBack(double scale, ParameterVector product) {
        model.pullBack(scale, product);
    }

    @Override
    public void pullBackToLayers() {
        model.pullBackToLayers();
    }

    @Override
    public void backwardTangent(double scale, ParameterVector product) {
        model.backwardTangent(scale, product);
    }

    @Override
    public List<LayerTrace> layers() {
        return model.layers();
    }

    @Override
    public List<Integer> chainLengths() {
        return model.chainLengths();
    }

    @Override
    public List<RowParameter> rowParameters() {
        return model.rowParameters();
    }
}
