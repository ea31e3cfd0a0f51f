package kingfisher.experiments.bench;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.remote.ConnectionOptions;
import kingfisher.envs.remote.EnvironmentOpener;

/** Environments of Gymnasium behind the bridge, stepped with random actions that are drawn before the clock starts. */
final class BridgedVector implements AutoCloseable {
    private static final int ACTION_BATCHES = 256;
    private static final int WARM_UP_BATCHES = 8_000;

    private final EnvironmentOpener opener;
    private final VectorEnvironment environments;
    private final VectorTimeStep step;
    private final double[][] actions;

    BridgedVector(String environment, int count, int servers) {
        this.opener = new EnvironmentOpener(options(servers));
        try {
            this.environments = opener.openVector(environment, Map.of(), count);
        } catch (RuntimeException failure) {
            opener.close();
            throw failure;
        }
        this.step = VectorTimeStep.of(environments);
        this.actions = draw(count);
        environments.reset(1, step);
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

    private double[][] draw(int count) {
        Pcg64 generator = new Pcg64(1);
        int size = environments.specification().actionSpace().size();
        double[][] batches = new double[ACTION_BATCHES][count * size];
        for (double[] batch : batches) {
            for (int row = 0; row < count; row++) {
                double[] action = environments.specification().actionSpace().sample(generator);
                System.arraycopy(action, 0, batch, row * size, size);
            }
        }
        return batches;
    }

    private void run(int batches) {
        for (int batch = 0; batch < batches; batch++) {
            environments.step(actions[batch % ACTION_BATCHES], step);
        }
    }

    /** Steps for at least the given steps of single environments; returns steps a second. */
    double measure(long steps) {
        int batches = Math.toIntExact((steps + environments.count() - 1) / environments.count());
        long begin = System.nanoTime();
        run(batches);
        return (double) batches * environments.count() / ((System.nanoTime() - begin) / 1e9);
    }

    @Override
    public void close() {
        environments.close();
        opener.close();
    }
}
