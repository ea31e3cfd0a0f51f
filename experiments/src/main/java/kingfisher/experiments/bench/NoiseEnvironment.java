package kingfisher.experiments.bench;

import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.TimeStep;
import kingfisher.envs.random.Pcg64;

/** Observations and actions of HalfCheetah's sizes, and nothing but noise: for timing what is done with them. */
final class NoiseEnvironment implements Environment {

    private static final int OBSERVATIONS = 17;
    private static final int ACTIONS = 6;
    private static final double END = 0.001;

    private Pcg64 random = new Pcg64(0);

    @Override
    public EnvironmentSpecification specification() {
        return new EnvironmentSpecification(
                "Noise",
                BoxSpace.uniform(OBSERVATIONS, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, ElementType.FLOAT32),
                BoxSpace.uniform(ACTIONS, -1, 1, ElementType.FLOAT32),
                OptionalInt.empty(),
                OptionalDouble.empty());
    }

    @Override
    public double[] reset(long seed) {
        random = new Pcg64(seed);
        return reset();
    }

    @Override
    public double[] reset() {
        double[] observation = new double[OBSERVATIONS];
        for (int i = 0; i < OBSERVATIONS; i++) {
            observation[i] = random.standardNormal();
        }
        return observation;
    }

    @Override
    public TimeStep step(double[] action) {
        double reward = random.standardNormal();
        boolean ended = random.nextDouble() < END;
        return new TimeStep(reset(), reward, false, ended);
    }
}
