package kingfisher.optim.kfac;

import java.util.List;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.network.DifferentiableModel;
import kingfisher.optim.network.LayerTrace;
import kingfisher.optim.network.ParameterVector;
import kingfisher.optim.network.RowParameter;

/** A model that counts its passes. */
public final class CountingModel implements DifferentiableModel {

    /** Numbers of passes. */
    public record Passes(int forward, int backward, int toLayers, int pushForward, int pullBack, int backwardTangent) {}

    private final DifferentiableModel model;
    private int forward;
    private int backward;
    private int toLayers;
    private int pushForward;
    private int pullBack;
    private int backwardTangent;

    public CountingModel(DifferentiableModel model) {
        this.model = model;
    }

    /** The passes since the last call. */
    public Passes take() {
        Passes passes = new Passes(forward, backward, toLayers, pushForward, pullBack, backwardTangent);
        forward = 0;
        backward = 0;
        toLayers = 0;
        pushForward = 0;
        pullBack = 0;
        backwardTangent = 0;
        return passes;
    }

    @Override
    public void forward(Matrix input) {
        forward++;
        model.forward(input);
    }

    @Override
    public void backward(double scale, ParameterVector gradient) {
        backward++;
        model.backward(scale, gradient);
    }

    @Override
    public void pullBackToLayers() {
        toLayers++;
        model.pullBackToLayers();
    }

    @Override
    public void pushForward(ParameterVector direction) {
        pushForward++;
        model.pushForward(direction);
    }

    @Override
    public void pullBack(double scale, ParameterVector product) {
        pullBack++;
        model.pullBack(scale, product);
    }

    @Override
    public void backwardTangent(double scale, ParameterVector product) {
        backwardTangent++;
        model.backwardTangent(scale, product);
    }

    @Override
    public double[] outputGradients(int head) {
        return model.outputGradients(head);
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
    public List<LayerTrace> layers() {
        return model.layers();
    }

    @Override
    public List<RowParameter> rowParameters() {
        return model.rowParameters();
    }
}
