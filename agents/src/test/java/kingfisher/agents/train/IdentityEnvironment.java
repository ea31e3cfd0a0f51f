package kingfisher.agents.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.DiscreteSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.MultiBinarySpace;
import kingfisher.envs.MultiDiscreteSpace;
import kingfisher.envs.Space;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/** Shows an element of a space and pays for an action that repeats it; ten steps an episode, so the best return is 10. */
final class IdentityEnvironment implements Environment {

    private static final int LENGTH = 10;

    private final Space space;
    private Pcg64 random = new Pcg64(0);
    private double[] shown;
    private int elapsed;

    IdentityEnvironment(Space space) {
        this.space = space;
        this.shown = new double[space.size()];
    }

    /** One space of each kind that PPO can act in; starts that are not 0 would show if they were forgotten. */
    static Space space(String kind) {
        return switch (kind) {
            case "discrete" -> new DiscreteSpace(4, 3);
            case "multi-discrete" -> new MultiDiscreteSpace(new int[] {3, 2}, new int[] {0, 5});
            case "multi-binary" -> new MultiBinarySpace(3);
            case "two-binaries" -> composite(new MultiBinarySpace(2), new MultiBinarySpace(1));
            case "choices" ->
                composite(
                        new DiscreteSpace(3, -1),
                        new MultiBinarySpace(2),
                        new MultiDiscreteSpace(new int[] {2, 3}, new int[] {4, 0}));
            case "two-boxes" ->
                composite(
                        BoxSpace.uniform(1, -1, 1, ElementType.FLOAT32),
                        BoxSpace.uniform(2, -0.5, 2, ElementType.FLOAT64));
            default -> BoxSpace.uniform(2, -1, 1, ElementType.FLOAT32);
        };
    }

    private static CompositeSpace composite(Space... spaces) {
        List<CompositeSpace.Part> parts = new ArrayList<>();
        for (Space space : spaces) {
            parts.add(new CompositeSpace.Part("part/" + parts.size(), space));
        }
        return new CompositeSpace(parts);
    }

    private boolean isContinuous() {
        return (space instanceof CompositeSpace composite
                        ? composite.parts().get(0).space()
                        : space)
                instanceof BoxSpace;
    }

    @Override
    public EnvironmentSpecification specification() {
        return new EnvironmentSpecification("Identity", space, space, OptionalInt.of(LENGTH), OptionalDouble.of(10));
    }

    @Override
    public double[] reset(long seed) {
        random = new Pcg64(seed);
        return reset();
    }

    @Override
    public double[] reset() {
        elapsed = 0;
        shown = space.sample(random);
        return shown.clone();
    }

    @Override
    public TimeStep step(double[] action) {
        if (!space.contains(action)) {
            throw new IllegalArgumentException("not an action of " + space);
        }
        double reward = 0;
        for (int i = 0; i < action.length; i++) {
            double distance = Math.abs(action[i] - shown[i]);
            reward += (isContinuous() ? 1 - distance : distance == 0 ? 1 : 0) / action.length;
        }
        shown = space.sample(random);
        elapsed++;
        return new TimeStep(shown.clone(), reward, false, elapsed == LENGTH);
    }

    @Override
    public Optional<byte[]> snapshot() {
        return Optional.empty();
    }
}
