package kingfisher.experiments.curves;

/** The images of all runs. */
final class CurvesData {

    /** Keeps the seeds of test images away from those of training images. */
    private static final long TEST = 0x7E57;

    private final double[] training;
    private final double[] test;

    private CurvesData(double[] training, double[] test) {
        this.training = training;
        this.test = test;
    }

    static CurvesData draw(CurvesSize size) {
        return new CurvesData(
                CurveImages.draw(size.trainingImages(), size.seed()),
                CurveImages.draw(size.testImages(), size.seed() + TEST));
    }

    /** [images × pixels]. */
    double[] training() {
        return training;
    }

    /** [images × pixels]. */
    double[] test() {
        return test;
    }
}
