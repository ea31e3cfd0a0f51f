package kingfisher.agents.settings;

import java.math.BigDecimal;
import java.util.Optional;

/** Numbers as users write them ({@code 20000}, {@code 20k}, {@code 1.5M}, {@code 1e6}) and as settings print them. */
final class Numbers {
    private Numbers() {}

    /** Returns the exact number that the text stands for, or nothing if it stands for none. */
    static Optional<BigDecimal> parse(String text) {
        String digits = text.strip();
        int zeros = 0;
        if (digits.endsWith("k") || digits.endsWith("K")) {
            zeros = 3;
        } else if (digits.endsWith("M")) {
            zeros = 6;
        }
        if (zeros > 0) {
            digits = digits.substring(0, digits.length() - 1);
        }
        try {
            return Optional.of(new BigDecimal(digits).scaleByPowerOfTen(zeros));
        } catch (ArithmeticException | NumberFormatException notANumber) {
            return Optional.empty();
        }
    }

    /** Returns the whole number that the text stands for, or nothing if it is none or does not fit. */
    static Optional<Long> parseWhole(String text) {
        return parse(text).flatMap(number -> {
            try {
                return Optional.of(number.longValueExact());
            } catch (ArithmeticException notWhole) {
                return Optional.empty();
            }
        });
    }

    /** Returns the shortest text that parses back to the value, without an exponent where that stays readable. */
    static String print(double value) {
        double magnitude = Math.abs(value);
        boolean readable = value == 0 || (magnitude >= 1e-4 && magnitude < 1e15);
        if (!readable) {
            return Double.toString(value).replace('E', 'e');
        }
        BigDecimal shortest = new BigDecimal(Double.toString(value));
        return shortest.signum() == 0 ? "0" : shortest.stripTrailingZeros().toPlainString();
    }
}
