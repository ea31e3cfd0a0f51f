package kingfisher.optim.backend.cuda;

/** The kernels of {@code kernels.cu}, by the names that they have there. */
enum Kernel {
    FILL("fill"),
    GATHER_ROWS("gatherRows"),
    BROADCAST_ROW("broadcastRow"),
    MIRROR("mirror"),
    DIVIDE_DAMPED("divideDamped"),
    DIVIDE_SHIFTED("divideShifted"),
    SQUARE("square"),
    SCALE_ROWS("scaleRows"),
    ADD_SCALED("addScaled"),
    SCALE("scale"),
    DOT("dot"),
    ACTIVATE("activate"),
    ACTIVATE_BACKWARD("activateBackward"),
    ADD_ACTIVATION_CURVATURE("addActivationCurvature"),
    ADAM("adam"),
    RMS_PROP("rmsProp");

    final String nativeName;

    Kernel(String nativeName) {
        this.nativeName = nativeName;
    }
}
