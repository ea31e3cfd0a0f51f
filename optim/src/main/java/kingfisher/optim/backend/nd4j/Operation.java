package kingfisher.optim.backend.nd4j;

/** The native operations in use, by their names in ND4J. */
enum Operation {
    /** Copies, or spreads a row or a single number. */
    ASSIGN("assign"),
    ADD("add"),
    MULTIPLY("multiply"),
    /** Multiplies by a column, which is spread over the rows. */
    SCALE_ROWS("multiply"),
    DIVIDE("divide"),
    SUM_ROWS("reduce_sum"),
    MATRIX_PRODUCT("matmul"),
    TANH("tanh"),
    TANH_BACKWARD("tanh_bp"),
    SIGMOID("sigmoid"),
    SIGMOID_BACKWARD("sigmoid_bp"),
    RELU("relu"),
    RELU_BACKWARD("relu_bp"),
    ELU("elu"),
    ELU_BACKWARD("elu_bp");

    final String nativeName;

    Operation(String nativeName) {
        this.nativeName = nativeName;
    }
}
