package kingfisher.experiments.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import kingfisher.envs.Space;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.remote.ConnectionOptions;
import kingfisher.envs.remote.EnvironmentOpener;

/**
 * Environments of Gymnasium behind the bridge, stepped with random actions that are drawn before the clock starts. Several
 * groups step as in a training: each gets its actions as soon as it has answered, while the others step.
 */
final class BridgedVector implements AutoCloseable {
    private static final int ACTION_BATCHES = 256;
    private static final int WARM_UP_BATCHES = 8_000;

    private final EnvironmentOpener opener;
    private final List<VectorEnvironment> groups;
    private final List<VectorTimeStep> steps;
    private final double[][] actions; // of a group

    /**
     * Opens, resets and warms up.
     *
     * @param count of all environments, a multiple of {@code groupCount}
     */
    BridgedVector(String environment, int count, int servers, int groupCount) {
        this.opener = new EnvironmentOpener(options(servers));
        try {
            this.groups = opener.openVectors(environment, Map.of(), count / groupCount, groupCount);
        } catch (RuntimeException failure) {
            opener.close();
            throw failure;
        }
        this.steps = groups.stream().map(VectorTimeStep::of).toList();
        this.actions = draw(groups.get(0));
        for (int g = 0; g < groupCount; g++) {
            groups.get(g).reset(1 + (long) g * count / groupCount, steps.get(g));
        }
        run(WARM_UP_BATCHES);
    }

    static ConnectionOptions options(int servers) {
        return new ConnectionOptions(
                Optional.empty(),
                ConnectionOptions.DEFAULT.pythonImports(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                ConnectionOptions.DEFAULT_TIMEOUT,
                OptionalInt.of(servers));
    }

    private static double[][] draw(VectorEnvironment group) {
        Pcg64 generator = new Pcg64(1);
        Space space = group.specification().actionSpace();
        double[][] batches = new double[ACTION_BATCHES][group.count() * space.size()];
        for (double[] batch : batches) {
            for (int row = 0; row < group.count(); row++) {
                System.arraycopy(space.sample(generator), 0, batch, row * space.size(), space.size());
            }
        }
        return batches;
    }

    private void run(int batches) {
        for (VectorEnvironment group : groups) {
            group.send(actions[0]);
        }
        for (int batch = 1; batch <= batches; batch++) {
            for (int g = 0; g < groups.size(); g++) {
                groups.get(g).receive(steps.get(g));
                if (batch < batches) {
                    groups.get(g).send(actions[batch % ACTION_BATCHES]);
                }
            }
        }
    }

    /** Steps for at least the given steps of single environments; returns steps a second. */
    double measure(long atLeast) {
        int count = groups.stream().mapToInt(VectorEnvironment::count).sum();
        int batches = Math.toIntExact((atLeast + count - 1) / count);
        long begin = System.nanoTime();
        run(batches);
        return (double) batches * count / ((System.nanoTime() - begin) / 1e9);
    }

    @Override
    public void close() {
        groups.forEach(VectorEnvironment::close);
        opener.close();
    }
}
