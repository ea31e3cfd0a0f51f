package kingfisher.agents.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.PolicyValueNetwork;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.SequentialVectorEnvironment;
import kingfisher.envs.VectorEnvironment;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What networks see beside the current observation, in environments whose every observation is known. */
class ExtendedInputsTest {

    private static final int STEPS = 6;
    private static final int ENVIRONMENTS = 4;
    private static final double DIVISOR = 4;

    // Environment 0 terminates after 3 steps, 1 is cut after 4, 2 goes on, 3 is cut with the rollout's last step.
    private static final double[][] SHOWN = {
        {0, 1, 2, -3, 4, 5}, {0, 1, 2, 3, -4, 5}, {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}
    };
    private static final double[][] BEFORE = {
        {0, 0, 1, 0, -3, 4}, {0, 0, 1, 2, 0, -4}, {0, 0, 1, 2, 3, 4}, {0, 0, 1, 2, 3, 4}
    };
    private static final int[][] ELAPSED = {
        {0, 1, 2, 0, 1, 2}, {0, 1, 2, 3, 0, 1}, {0, 1, 2, 3, 4, 5}, {0, 1, 2, 3, 4, 5}
    };

    private final Backend backend = new CpuBackend();

    /** The same environments in one group or two. */
    private static List<VectorEnvironment> environments(int groups) {
        List<CountingEnvironment> all = List.of(
                new CountingEnvironment(3, true),
                new CountingEnvironment(4, false),
                new CountingEnvironment(99, true),
                new CountingEnvironment(6, false));
        List<VectorEnvironment> list = new ArrayList<>();
        int size = ENVIRONMENTS / groups;
        for (int i = 0; i < groups; i++) {
            list.add(new SequentialVectorEnvironment(all.subList(i * size, (i + 1) * size)));
        }
        return list;
    }

    private final class Collected {
        private final Agent agent;
        private final Rollout rollout;
        private final RolloutCollector collector;
        private final RolloutValues values;
        private final double[] seen;
        private final int columns;

        Collected(int groups, Workers workers, String... assignments) {
            Settings settings = AlgorithmSettings.find("ppo").defaults().with("hidden", "8", "test");
            for (String assignment : assignments) {
                String[] parts = assignment.split("=", -1);
                settings = settings.with(parts[0], parts[1], "test");
            }
            List<VectorEnvironment> environments = environments(groups);
            agent = Agent.create(settings, environments.get(0).specification(), backend);
            Settings loud = settings.with("policy-output-gain", "1", "test");
            ActorCritics.initialize(agent.actorCritic(), loud, RandomSource.L64_X128_MIX.create(2L));
            columns = agent.observations().size();
            rollout = new Rollout(
                    backend,
                    STEPS,
                    ENVIRONMENTS,
                    groups,
                    columns,
                    agent.valueInputs().size(),
                    1,
                    2);
            collector =
                    new RolloutCollector(environments, agent, null, RandomSource.L64_X128_MIX.create(4L), 0.9, true);
            values = new RolloutValues(rollout, agent, workers);
            seen = new double[rollout.size() * columns];
            collector.reset(1);
            collect();
        }

        void collect() {
            collector.collect(rollout, values);
            backend.download(rollout.observations(), seen);
        }

        double seen(int t, int n, int column) {
            return seen[(t * ENVIRONMENTS + n) * columns + column];
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theObservationBeforeIsThatOfTheSameEpisodeOrZero(int groups) {
        try (Workers workers = new Workers(1)) {
            Collected collected = new Collected(groups, workers, "previous-observation=true");
            for (int t = 0; t < STEPS; t++) {
                for (int n = 0; n < ENVIRONMENTS; n++) {
                    assertThat(collected.seen(t, n, 0)).isEqualTo(SHOWN[n][t] + 0.0);
                    assertThat(collected.seen(t, n, 1))
                            .as("step %d, environment %d", t, n)
                            .isEqualTo(BEFORE[n][t] + 0.0);
                }
            }
            // environments 0 and 3 ended with the last step, so that nothing is before what they show now
            assertThat(collected.collector.previousInputs()).containsExactly(0, 5, 5, 0);
            collected.collect();
            double[] before = {0, 5, 5, 0};
            for (int n = 0; n < ENVIRONMENTS; n++) {
                assertThat(collected.seen(0, n, 1)).isEqualTo(before[n]);
                assertThat(collected.seen(1, n, 1)).isEqualTo(collected.seen(0, n, 0));
            }
            CollectorState state = collected.collector.state();
            double[] remembered = collected.collector.previousInputs();
            collected.collect();
            assertThat(collected.collector.previousInputs()).isNotEqualTo(remembered);
            collected.collector.restore(state);
            assertThat(collected.collector.previousInputs()).isEqualTo(remembered);
            collected.collector.reset(1);
            assertThat(collected.collector.previousInputs()).containsOnly(0);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void theObservationBeforeStaysAsItWasNormalizedThen(int groups) {
        try (Workers workers = new Workers(1)) {
            Collected collected =
                    new Collected(groups, workers, "previous-observation=true", "normalize-observations=true");
            for (int t = 0; t < STEPS; t++) {
                for (int n = 0; n < ENVIRONMENTS; n++) {
                    double expected = ELAPSED[n][t] == 0 ? 0 : collected.seen(t - 1, n, 0);
                    assertThat(collected.seen(t, n, 1))
                            .as("step %d, environment %d", t, n)
                            .isEqualTo(expected);
                }
            }
            assertThat(collected.seen(3, 2, 0)).isNotEqualTo(3); // it is normalized
            for (int n : new int[] {1, 2}) {
                assertThat((float) collected.collector.previousInputs()[n])
                        .isEqualTo((float) collected.seen(STEPS - 1, n, 0));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,false", "2,2,false", "1,2,true", "2,1,true"})
    void theValueNetworkSeesTheDistributionAndTheTime(int groups, int threads, boolean previous) {
        try (Workers workers = new Workers(threads)) {
            Collected collected = new Collected(
                    groups,
                    workers,
                    "critic-time-step=true",
                    "critic-time-divisor=" + DIVISOR,
                    "previous-observation=" + previous);
            Rollout rollout = collected.rollout;
            int width = rollout.valueInputs().columns();
            assertThat(width).isEqualTo(collected.columns + 3);
            double[] inputs = new double[rollout.size() * width];
            backend.download(rollout.valueInputs(), inputs);
            for (int t = 0; t < STEPS; t++) {
                for (int n = 0; n < ENVIRONMENTS; n++) {
                    int row = t * ENVIRONMENTS + n;
                    double[] expected =
                            valueInputs(collected.agent, previous, SHOWN[n][t], BEFORE[n][t], ELAPSED[n][t]);
                    double[] found = new double[width];
                    System.arraycopy(inputs, row * width, found, 0, width);
                    assertThat(found).as("step %d, environment %d", t, n).containsExactly(expected, within(1e-6));
                    assertThat(rollout.values()[row]).isCloseTo(value(collected.agent, expected), within(1e-5));
                }
            }
        }
    }

    /** The value after a cut is that of the episode's last observation, at its own time; after any other step the next's. */
    @ParameterizedTest
    @CsvSource({"1,false", "2,false", "1,true", "2,true"})
    void theValueThatFollowsIsAtItsOwnTime(int groups, boolean previous) {
        try (Workers workers = new Workers(1)) {
            Collected collected = new Collected(
                    groups,
                    workers,
                    "critic-time-step=true",
                    "critic-time-divisor=" + DIVISOR,
                    "previous-observation=" + previous);
            for (int t = 0; t < STEPS; t++) {
                for (int n = 0; n < ENVIRONMENTS; n++) {
                    int row = t * ENVIRONMENTS + n;
                    boolean terminated = n == 0 && ELAPSED[n][t] == 2;
                    double expected = value(
                            collected.agent,
                            valueInputs(collected.agent, previous, t + 1, SHOWN[n][t], ELAPSED[n][t] + 1));
                    assertThat(collected.rollout.nextValues()[row])
                            .as("step %d, environment %d", t, n)
                            .isCloseTo(terminated ? 0 : expected, within(1e-5));
                }
            }
        }
    }

    /** What the value network is to see, with the policy's probabilities as its network gives them. */
    private double[] valueInputs(Agent agent, boolean previous, double shown, double before, int elapsed) {
        double[] seen = previous ? new double[] {shown, before} : new double[] {shown};
        NetworkPass pass = pass(agent.actorCritic().policy(), seen);
        double first = Math.exp(pass.distributionParameters()[0]);
        double second = Math.exp(pass.distributionParameters()[1]);
        double[] inputs = new double[seen.length + 3];
        System.arraycopy(seen, 0, inputs, 0, seen.length);
        inputs[seen.length] = first / (first + second);
        inputs[seen.length + 1] = second / (first + second);
        inputs[seen.length + 2] = elapsed / DIVISOR;
        return inputs;
    }

    private double value(Agent agent, double[] inputs) {
        return pass(agent.actorCritic().value(), inputs).values()[0];
    }

    private NetworkPass pass(PolicyValueNetwork network, double[] inputs) {
        Matrix matrix = backend.allocate(1, inputs.length);
        backend.upload(inputs, matrix);
        NetworkPass pass = network.pass(1);
        pass.forward(matrix);
        return pass;
    }
}
