package kingfisher.experiments.curves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class CurveImagesTest {

    private static final int SIDE = CurveImages.SIDE;

    private static double[] curve(double... points) {
        double[] image = new double[CurveImages.PIXELS];
        CurveImages.drawCurve(points, image, 0);
        return image;
    }

    @Test
    void aStraightStrokeCoversPixelsByTheirDistance() {
        double[] across = curve(5.5, 14.25, 11, 14.25, 20.5, 14.25);
        double[] down = curve(14.25, 5.5, 14.25, 11, 14.25, 20.5);
        // centres of the rows 11 to 16 lie 2.75, 1.75, 0.75, 0.25, 1.25 and 2.25 from the stroke's, which reaches 1.5
        double[] byRow = {0, 0, 0.75, 1, 0.25, 0};
        for (int row = 11; row <= 16; row++) {
            for (int column = 6; column < 20; column++) {
                assertThat(across[row * SIDE + column])
                        .as("row %d, column %d", row, column)
                        .isCloseTo(byRow[row - 11], within(1e-12));
                assertThat(down[column * SIDE + row]).isCloseTo(byRow[row - 11], within(1e-12));
            }
        }
        assertThat(across[14 * SIDE + 23]).as("beyond the end").isZero();
    }

    private static int pixel(double x, double y) {
        int column = (int) x;
        int row = (int) y;
        return row * SIDE + column;
    }

    @Test
    void aCurveGoesThroughItsPointsOnAParabola() {
        double[] points = {4, 20, 12, 6, 24, 22};
        double[] image = curve(points);
        for (int i = 0; i < 3; i++) {
            int pixel = pixel(points[2 * i], points[2 * i + 1]);
            assertThat(image[pixel]).as("point %d", i).isGreaterThan(0.5);
        }
        for (double time = 0; time <= 1; time += 0.05) {
            double x = parabola(points[0], points[2], points[4], time);
            double y = parabola(points[1], points[3], points[5], time);
            assertThat(image[pixel(x, y)]).as("time %s", time).isGreaterThan(0.5);
        }
        long dark = Arrays.stream(image).filter(value -> value == 0).count();
        assertThat(dark).isGreaterThan(CurveImages.PIXELS / 2);
    }

    /** The value at a time of Lagrange's polynomial, which is given at 0, ½ and 1. */
    private static double parabola(double first, double middle, double last, double t) {
        return first * (t - 0.5) * (t - 1) / 0.5 + middle * t * (t - 1) / -0.25 + last * t * (t - 0.5) / 0.5;
    }

    @Test
    void imagesDependOnTheSeedAndNothingElse() {
        double[] images = CurveImages.draw(5, 7);
        assertThat(CurveImages.draw(5, 7)).containsExactly(images);
        assertThat(Arrays.copyOf(images, 3 * CurveImages.PIXELS)).containsExactly(CurveImages.draw(3, 7));
        assertThat(CurveImages.draw(5, 8)).isNotEqualTo(images);
        assertThat(Arrays.stream(images).allMatch(value -> value >= 0 && value <= 1))
                .isTrue();
        assertThat(Arrays.stream(images).anyMatch(value -> value > 0 && value < 1))
                .as("soft edges")
                .isTrue();
        for (int image = 0; image < 5; image++) {
            double ink = Arrays.stream(images, image * CurveImages.PIXELS, (image + 1) * CurveImages.PIXELS)
                    .sum();
            assertThat(ink).as("image %d", image).isBetween(5.0, 300.0);
        }
    }
}
