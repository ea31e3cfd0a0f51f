package kingfisher.optim.oracle;

import java.util.List;
import java.util.function.Function;
import kingfisher.optim.network.DenseLayer;
import kingfisher.optim.network.Mlp;
import kingfisher.optim.network.OutputHead;
import kingfisher.optim.network.ParameterLayout;

/**
 * What a trunk with heads means, as plain loops in double for one example at a time; derivatives come from
 * {@link HyperDual} numbers, one parameter (or pair of parameters) after the other.
 *
 * <p>The outputs are those of all heads, one behind the other.
 */
public final class ReferenceModel {

    private final ParameterLayout layout;
    private final List<DenseLayer> trunk;
    private final List<OutputHead> heads;

    public ReferenceModel(Mlp trunk, List<OutputHead> heads) {
        this.layout = trunk.parameters().layout();
        this.trunk = trunk.layers();
        this.heads = heads;
    }

    public double[] outputs(double[] parameters, double[] input) {
        HyperDual[] outputs = outputs(lifted(parameters), lifted(input));
        double[] values = new double[outputs.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = outputs[i].value();
        }
        return values;
    }

    /** Returns {@code ∂outputs/∂parameters} of one example, [outputs][parameters]. */
    public double[][] jacobian(double[] parameters, double[] input) {
        double[][] jacobian = new double[outputs(parameters, input).length][parameters.length];
        for (int p = 0; p < parameters.length; p++) {
            HyperDual[] seeded = lifted(parameters);
            seeded[p] = new HyperDual(parameters[p], 1, 0, 0);
            HyperDual[] column = outputs(seeded, lifted(input));
            for (int o = 0; o < column.length; o++) {
                jacobian[o][p] = column[o].first();
            }
        }
        return jacobian;
    }

    /** Returns {@code ∂²loss/∂parameters²} of one example. */
    public double[][] hessian(double[] parameters, double[] input, Function<HyperDual[], HyperDual> loss) {
        int size = parameters.length;
        double[][] hessian = new double[size][size];
        for (int p = 0; p < size; p++) {
            for (int q = 0; q <= p; q++) {
                HyperDual[] seeded = lifted(parameters);
                seeded[p] = new HyperDual(parameters[p], 1, p == q ? 1 : 0, 0);
                if (p != q) {
                    seeded[q] = new HyperDual(parameters[q], 0, 1, 0);
                }
                hessian[p][q] = loss.apply(outputs(seeded, lifted(input))).mixed();
                hessian[q][p] = hessian[p][q];
            }
        }
        return hessian;
    }

    private HyperDual[] outputs(HyperDual[] parameters, HyperDual[] input) {
        HyperDual[] features = run(trunk, parameters, input);
        HyperDual[] outputs = {};
        for (OutputHead head : heads) {
            outputs = joined(outputs, run(head.network().layers(), parameters, features));
            if (head.rowParameter() != null) {
                outputs = joined(outputs, part(parameters, head.rowParameter()));
            }
        }
        return outputs;
    }

    private HyperDual[] run(List<DenseLayer> layers, HyperDual[] parameters, HyperDual[] input) {
        HyperDual[] current = input;
        for (DenseLayer layer : layers) {
            HyperDual[] weight = part(parameters, layer.weightName());
            HyperDual[] bias = part(parameters, layer.biasName());
            HyperDual[] next = new HyperDual[layer.outputs()];
            for (int n = 0; n < next.length; n++) {
                HyperDual sum = bias[n];
                for (int m = 0; m < current.length; m++) {
                    sum = sum.plus(current[m].times(weight[m * next.length + n]));
                }
                next[n] = sum.activate(layer.activation());
            }
            current = next;
        }
        return current;
    }

    private HyperDual[] part(HyperDual[] parameters, String name) {
        ParameterLayout.Entry entry = layout.entries().get(layout.index(name));
        HyperDual[] part = new HyperDual[entry.rows() * entry.columns()];
        System.arraycopy(parameters, entry.offset(), part, 0, part.length);
        return part;
    }

    private static HyperDual[] joined(HyperDual[] left, HyperDual[] right) {
        HyperDual[] all = new HyperDual[left.length + right.length];
        System.arraycopy(left, 0, all, 0, left.length);
        System.arraycopy(right, 0, all, left.length, right.length);
        return all;
    }

    private static HyperDual[] lifted(double[] values) {
        HyperDual[] lifted = new HyperDual[values.length];
        for (int i = 0; i < values.length; i++) {
            lifted[i] = HyperDual.of(values[i]);
        }
        return lifted;
    }
}
