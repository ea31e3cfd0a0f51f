package kingfisher.optim.backend.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A native operation that always writes the same array.
 *
 * <p>ND4J makes a native context for each call, which only the garbage collector frees; this one is kept, which also
 * makes small products faster (64×64 in double: 13 µs instead of 20). It is scratch of the output: one thread at a time
 * may run it.
 */
final class BoundOperation {
    private final DynamicCustomOp operation;
    private final OpContext context = Nd4j.getExecutioner().buildContext();
    private double alpha = Double.NaN;
    private double beta = Double.NaN;

    BoundOperation(Operation operation, INDArray output) {
        this.operation = DynamicCustomOp.builder(operation.nativeName).build();
        switch (operation) {
            case SUM_ROWS -> context.setIArguments(0); // the dimension that is summed over
            case MATRIX_PRODUCT -> context.setIArguments(0, 0, 0); // nothing is to be transposed
            case RELU, RELU_BACKWARD -> context.setTArguments(0); // where the rise begins
            case ELU, ELU_BACKWARD -> context.setTArguments(1); // α
            default -> {}
        }
        context.setOutputArray(0, output);
    }

    void run(INDArray input) {
        context.setInputArray(0, input);
        Nd4j.getExecutioner().exec(operation, context);
    }

    void run(INDArray left, INDArray right) {
        context.setInputArray(1, right);
        run(left);
    }

    /** Runs with two real arguments; they are passed on only if they changed, because that allocates off the heap. */
    void run(INDArray left, INDArray right, double newAlpha, double newBeta) {
        if (newAlpha != alpha || newBeta != beta) {
            context.setTArguments(newAlpha, newBeta);
            alpha = newAlpha;
            beta = newBeta;
        }
        run(left, right);
    }
}
