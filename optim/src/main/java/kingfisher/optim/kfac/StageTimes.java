package kingfisher.optim.kfac;

/**
 * Nanoseconds of the stages of a step, on the stepping thread.
 *
 * @param gradient loss and gradient
 * @param factors statistics of the batch and their averages
 * @param decompositions of the factors
 * @param preconditioning products with the inverse
 * @param model JVPs of the quadratic model
 * @param evaluation the loss after the step
 */
public record StageTimes(
        long gradient, long factors, long decompositions, long preconditioning, long model, long evaluation) {

    /** All together. */
    public long total() {
        return gradient + factors + decompositions + preconditioning + model + evaluation;
    }
}
