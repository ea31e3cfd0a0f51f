package kingfisher.agents.settings;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The formats of which settings are made. */
final class ValueFormats {
    private ValueFormats() {}

    private record Format<T>(String accepted, Function<String, Optional<T>> reader, Function<T, String> printer)
            implements ValueFormat<T> {
        @Override
        public Optional<T> read(String text) {
            return reader.apply(text.strip());
        }

        @Override
        public String print(T value) {
            return printer.apply(value);
        }
    }

    static ValueFormat<Long> wholeNumber(long low) {
        return wholeNumber(low, Long.MAX_VALUE);
    }

    /** Whole numbers that fit an {@code int}. */
    static ValueFormat<Integer> integer(int low) {
        return integer(low, Integer.MAX_VALUE);
    }

    static ValueFormat<Integer> integer(int low, int high) {
        ValueFormat<Long> wide = wholeNumber(low, high);
        return new Format<>(wide.accepted(), text -> wide.read(text).map(Math::toIntExact), String::valueOf);
    }

    private static ValueFormat<Long> wholeNumber(long low, long high) {
        boolean bounded = high < Integer.MAX_VALUE;
        return new Format<>(
                bounded ? "a whole number from " + low + " to " + high : "a whole number of at least " + low,
                text -> Numbers.parseWhole(text).filter(value -> value >= low && value <= high),
                String::valueOf);
    }

    static ValueFormat<Double> real(Interval interval) {
        return new Format<>(
                interval.words(),
                text -> Numbers.parse(text).map(BigDecimal::doubleValue).filter(interval::contains),
                Numbers::print);
    }

    static ValueFormat<Boolean> truth() {
        return new Format<>(
                "true or false",
                text -> switch (text) {
                    case "true" -> Optional.of(true);
                    case "false" -> Optional.of(false);
                    default -> Optional.empty();
                },
                String::valueOf);
    }

    /** The constants of an enum under their names in kebab case, as in {@code adaptive-kl} for {@code ADAPTIVE_KL}. */
    static <E extends Enum<E>> ValueFormat<E> choice(Class<E> type) {
        return choice(Arrays.asList(type.getEnumConstants()));
    }

    /** Some constants of an enum, likewise. */
    static <E extends Enum<E>> ValueFormat<E> choice(List<E> constants) {
        String names = constants.stream().map(ValueFormats::kebabCase).collect(Collectors.joining(", "));
        return new Format<>(
                "one of " + names,
                text -> constants.stream()
                        .filter(constant -> kebabCase(constant).equals(text))
                        .findFirst(),
                ValueFormats::kebabCase);
    }

    /** One or more whole numbers separated by commas, in square brackets or without. */
    static ValueFormat<List<Integer>> integerList(int low) {
        ValueFormat<Integer> element = integer(low);
        return new Format<>(
                "whole numbers of at least " + low + " separated by commas, as in 64,64",
                text -> readList(element, text),
                values -> values.stream().map(element::print).collect(Collectors.joining(",")));
    }

    /** A value of the other format, or a word for having none. */
    static <T> ValueFormat<Optional<T>> optional(String emptyWord, ValueFormat<T> format) {
        return new Format<>(
                emptyWord + " or " + format.accepted(),
                text -> readOptional(emptyWord, format, text),
                value -> value.map(format::print).orElse(emptyWord));
    }

    private static <T> Optional<Optional<T>> readOptional(String emptyWord, ValueFormat<T> format, String text) {
        if (text.equals(emptyWord)) {
            return Optional.of(Optional.empty());
        }
        Optional<T> value = format.read(text);
        return value.isPresent() ? Optional.of(value) : Optional.empty();
    }

    private static Optional<List<Integer>> readList(ValueFormat<Integer> element, String text) {
        boolean bracketed = text.startsWith("[") && text.endsWith("]");
        String items = bracketed ? text.substring(1, text.length() - 1) : text;
        List<Integer> values = new ArrayList<>();
        for (String item : items.split(",", -1)) {
            Optional<Integer> value = element.read(item);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            values.add(value.get());
        }
        return Optional.of(List.copyOf(values));
    }

    private static String kebabCase(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
