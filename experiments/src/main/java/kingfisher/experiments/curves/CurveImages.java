package kingfisher.experiments.curves;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Images of smooth curves through three random points in the plane, so that six numbers are behind each image, in the manner
 * of Hinton and Salakhutdinov 2006, "Reducing the dimensionality of data with neural networks". The strokes have soft edges.
 */
final class CurveImages {

    static final int SIDE = 28;
    static final int PIXELS = SIDE * SIDE;

    /** Points keep this distance from the edge, in pixels. */
    private static final double MARGIN = 3;

    private static final double HALF_WIDTH = 1;
    private static final int SEGMENTS = 48;

    private CurveImages() {}

    /** Returns images [count × {@link #PIXELS}], row-major, of intensities from 0 to 1. */
    static double[] draw(int count, long seed) {
        UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed);
        double[] images = new double[count * PIXELS];
        double[] points = new double[6]; // x and y of each
        for (int image = 0; image < count; image++) {
            for (int i = 0; i < points.length; i++) {
                points[i] = random.nextDouble(MARGIN, SIDE - MARGIN);
            }
            drawCurve(points, images, image * PIXELS);
        }
        return images;
    }

    /** Draws the parabola that is at the three points at the times 0, ½ and 1. */
    static void drawCurve(double[] points, double[] images, int offset) {
        double lastX = points[0];
        double lastY = points[1];
        for (int s = 1; s <= SEGMENTS; s++) {
            double time = (double) s / SEGMENTS;
            double first = (1 - time) * (1 - 2 * time);
            double middle = 4 * time * (1 - time);
            double end = time * (2 * time - 1);
            double x = first * points[0] + middle * points[2] + end * points[4];
            double y = first * points[1] + middle * points[3] + end * points[5];
            drawSegment(lastX, lastY, x, y, images, offset);
            lastX = x;
            lastY = y;
        }
    }

    private static void drawSegment(double x0, double y0, double x1, double y1, double[] images, int offset) {
        double reach = HALF_WIDTH + 0.5;
        int left = Math.max(0, (int) Math.floor(Math.min(x0, x1) - reach));
        int right = Math.min(SIDE - 1, (int) Math.ceil(Math.max(x0, x1) + reach));
        int top = Math.max(0, (int) Math.floor(Math.min(y0, y1) - reach));
        int bottom = Math.min(SIDE - 1, (int) Math.ceil(Math.max(y0, y1) + reach));
        for (int row = top; row <= bottom; row++) {
            for (int column = left; column <= right; column++) {
                double distance = distance(column + 0.5, row + 0.5, x0, y0, x1, y1);
                // how much of a pixel the stroke covers, about
                double covered = Math.max(0, Math.min(1, reach - distance));
                int pixel = offset + row * SIDE + column;
                images[pixel] = Math.max(images[pixel], covered);
            }
        }
    }

    /** From a point to a segment. */
    private static double distance(double x, double y, double x0, double y0, double x1, double y1) {
        double dx = x1 - x0;
        double dy = y1 - y0;
        double square = dx * dx + dy * dy;
        double along = square == 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / square;
        double nearest = Math.max(0, Math.min(1, along));
        return Math.hypot(x - x0 - nearest * dx, y - y0 - nearest * dy);
    }
}
