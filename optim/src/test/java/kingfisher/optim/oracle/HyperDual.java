package kingfisher.optim.oracle;

import kingfisher.optim.backend.Activation;

/**
 * A number {@code value + first ε₁ + second ε₂ + mixed ε₁ε₂} with ε₁² = ε₂² = 0 (Fike and Alonso 2011): what a formula
 * makes of it holds the formula's first and second derivatives, exact to rounding.
 */
public record HyperDual(double value, double first, double second, double mixed) {

    public static HyperDual of(double value) {
        return new HyperDual(value, 0, 0, 0);
    }

    public HyperDual plus(HyperDual other) {
        return new HyperDual(value + other.value, first + other.first, second + other.second, mixed + other.mixed);
    }

    public HyperDual plus(double number) {
        return new HyperDual(value + number, first, second, mixed);
    }

    public HyperDual times(HyperDual other) {
        return new HyperDual(
                value * other.value,
                first * other.value + value * other.first,
                second * other.value + value * other.second,
                mixed * other.value + first * other.second + second * other.first + value * other.mixed);
    }

    public HyperDual times(double number) {
        return new HyperDual(value * number, first * number, second * number, mixed * number);
    }

    public HyperDual exp() {
        double exp = Math.exp(value);
        return apply(exp, exp, exp);
    }

    public HyperDual log() {
        return apply(Math.log(value), 1 / value, -1 / (value * value));
    }

    HyperDual activate(Activation function) {
        double s = value;
        return switch (function) {
            case TANH -> {
                double slope = 1 / (Math.cosh(s) * Math.cosh(s));
                yield apply(Math.tanh(s), slope, -2 * Math.tanh(s) * slope);
            }
            case RELU -> s > 0 ? this : of(0);
            case ELU -> s > 0 ? this : exp().plus(-1);
            case SIGMOID -> {
                double slope = 1 / (2 + Math.exp(s) + Math.exp(-s));
                yield apply(1 / (1 + Math.exp(-s)), slope, -Math.tanh(s / 2) * slope);
            }
            case IDENTITY -> this;
        };
    }

    /** Returns f(this) from the values of f, f' and f'' at the value. */
    private HyperDual apply(double f, double slope, double bend) {
        return new HyperDual(f, slope * first, slope * second, slope * mixed + bend * first * second);
    }
}
