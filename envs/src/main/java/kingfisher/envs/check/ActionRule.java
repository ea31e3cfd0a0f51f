package kingfisher.envs.check;

import java.util.Arrays;
import java.util.OptionalInt;
import java.util.function.Supplier;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.Environment;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.Space;
import kingfisher.envs.random.Pcg64;

/** Actions that mean nothing are refused; a box may clip instead, but not take the wrong number of numbers. */
final class ActionRule implements Rule {

    @Override
    public void check(Supplier<Environment> supplier, Findings findings) {
        try (Environment environment = supplier.get()) {
            Space space = environment.specification().actionSpace();
            double[] valid = space.sample(new Pcg64(2));
            refuse(environment, Arrays.copyOf(valid, valid.length + 1), findings);
            OptionalInt choice = firstChoice(space);
            if (choice.isPresent()) {
                double[] outside = valid.clone();
                outside[choice.getAsInt()] = 1e6;
                refuse(environment, outside, findings);
                double[] fraction = valid.clone();
                fraction[choice.getAsInt()] += 0.5;
                refuse(environment, fraction, findings);
            }
        }
    }

    /** The index of the first number that is a choice and not an element of a box. */
    private static OptionalInt firstChoice(Space space) {
        if (!(space instanceof CompositeSpace composite)) {
            return space instanceof BoxSpace ? OptionalInt.empty() : OptionalInt.of(0);
        }
        int index = 0;
        for (CompositeSpace.Part part : composite.parts()) {
            if (!(part.space() instanceof BoxSpace)) {
                return OptionalInt.of(index);
            }
            index += part.space().size();
        }
        return OptionalInt.empty();
    }

    private static void refuse(Environment environment, double[] action, Findings findings) {
        String text = "the action " + Arrays.toString(action) + ", which is not in "
                + environment.specification().actionSpace();
        environment.reset(0);
        try {
            environment.step(action);
            findings.warning(text + ", is accepted; likely cause: step does not check its action");
        } catch (InvalidInputException e) {
            // as it should be
        } catch (RuntimeException e) {
            findings.warning(text + ", throws " + e + " instead of InvalidInputException");
        }
    }
}
