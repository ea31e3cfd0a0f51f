package kingfisher.optim.kfac;

/**
 * How fresh the curvature is that a step uses.
 *
 * @param step number of steps that were begun
 * @param factorAge steps since the factors were updated last; 0 if at this one
 * @param decompositionAge steps since the factors in use were decomposed; 0 if at this one
 * @param rejectedBatches batches whose factors were not finite and were left out, over all steps
 * @param failedDecompositions decompositions that were not found, so that earlier ones were kept, over all steps
 */
public record CurvatureStatus(
        long step, long factorAge, long decompositionAge, long rejectedBatches, long failedDecompositions) {}
