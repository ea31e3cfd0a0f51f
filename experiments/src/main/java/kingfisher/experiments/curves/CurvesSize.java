package kingfisher.experiments.curves;

import java.util.List;

/**
 * How large the experiment is.
 *
 * @param widths of inputs, hidden layers and code
 * @param trainingImages a multiple of the batch
 * @param testImages a multiple of the batch
 * @param batch images of an update; for Hessian-free, of a curvature
 * @param seed of images, first weights, batches and sampled targets
 */
record CurvesSize(List<Integer> widths, int trainingImages, int testImages, int batch, long seed) {

    /** The network of Hinton and Salakhutdinov and half of their images, for a machine of two cores. */
    static final CurvesSize WHOLE =
            new CurvesSize(List.of(CurveImages.PIXELS, 400, 200, 100, 50, 25, 6), 10_000, 2_000, 1_000, 1);
}
