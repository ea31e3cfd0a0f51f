package kingfisher.optim.network;

import kingfisher.optim.backend.Activation;

/**
 * A fully connected layer {@code f(xW + b)}.
 *
 * @param name prefix of its parameters: {@code name.weight} [inputs × outputs] and, right behind it in the flat vector,
 *     {@code name.bias} [1 × outputs], so that both together are the homogeneous matrix W̄ [(inputs + 1) × outputs]
 */
public record DenseLayer(String name, int inputs, int outputs, Activation activation) {

    /** Checks the sizes. */
    public DenseLayer {
        if (inputs < 1 || outputs < 1) {
            throw new IllegalArgumentException(
                    "layer " + name + " can't have " + inputs + " inputs and " + outputs + " outputs");
        }
    }

    /** Name of the weight matrix in a {@link ParameterLayout}. */
    public String weightName() {
        return name + ".weight";
    }

    /** Name of the bias row in a {@link ParameterLayout}. */
    public String biasName() {
        return name + ".bias";
    }

    /** Appends this layer's parameters to a layout. */
    public void declare(ParameterLayout.Builder layout) {
        layout.add(weightName(), inputs, outputs).add(biasName(), 1, outputs);
    }
}
