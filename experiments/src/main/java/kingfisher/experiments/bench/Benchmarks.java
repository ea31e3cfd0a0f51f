package kingfisher.experiments.bench;

import java.util.List;
import java.util.Map;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;
import kingfisher.experiments.bench.PeerPython.Peers;

/** The benchmarks that there are, by name. */
public final class Benchmarks {

    private Benchmarks() {}

    /** Returns the names of all benchmarks. */
    public static List<String> names() {
        return List.of(
                PpoCartPole.NAME,
                BridgeHalfCheetah.NAME,
                TrpoUpdate.NAME,
                TrpoPreconditioner.NAME,
                AcktrStep.NAME,
                CurvatureProducts.NAME,
                KfacStep.NAME,
                LowRankApplication.NAME,
                CudaStep.NAME);
    }

    /**
     * Returns the benchmark with the name.
     *
     * @param environment the process's variables, which say where peers are installed
     * @throws InvalidInputException if there is no such benchmark, or its peer is not installed
     */
    public static Benchmark find(String name, Map<String, String> environment) {
        return switch (name) {
            case PpoCartPole.NAME -> new PpoCartPole(PeerPython.find(Peers.STABLE_BASELINES3, environment));
            case BridgeHalfCheetah.NAME -> new BridgeHalfCheetah(PeerPython.find(Peers.STABLE_BASELINES3, environment));
            case AcktrStep.NAME -> new AcktrStep();
            case CurvatureProducts.NAME -> new CurvatureProducts(PeerPython.find(Peers.JAX, environment));
            case KfacStep.NAME -> new KfacStep(PeerPython.find(Peers.JAX, environment));
            case CudaStep.NAME -> new CudaStep();
            case LowRankApplication.NAME -> new LowRankApplication();
            case TrpoUpdate.NAME -> new TrpoUpdate(PeerPython.find(Peers.STABLE_BASELINES3, environment));
            case TrpoPreconditioner.NAME -> new TrpoPreconditioner();
            default -> throw new InvalidInputException("unknown benchmark: " + name + NearestNames.hint(name, names()));
        };
    }
}
