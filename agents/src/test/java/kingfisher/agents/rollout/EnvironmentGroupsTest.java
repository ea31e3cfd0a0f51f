package kingfisher.agents.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.TimeStep;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.registry.Environments;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Environments in two groups: what is collected, and in which turns. */
class EnvironmentGroupsTest {

    private static final int STEPS = 300;
    private static final int ENVIRONMENTS = 4;
    private static final long SEED = 29;

    private final Backend backend = new CpuBackend();

    /** A group that tells what happens to it. */
    private record Observed(String name, VectorEnvironment inner, List<String> events) implements VectorEnvironment {

        @Override
        public EnvironmentSpecification specification() {
            return inner.specification();
        }

        @Override
        public int count() {
            return inner.count();
        }

        @Override
        public void reset(long seed, VectorTimeStep first) {
            events.add(name + " reset " + seed);
            inner.reset(seed, first);
        }

        @Override
        public void send(double[] actions) {
            events.add(name + " send");
            inner.send(actions);
        }

        @Override
        public void receive(VectorTimeStep next) {
            events.add(name + " receive");
            inner.receive(next);
        }

        @Override
        public Optional<byte[]> snapshot() {
            return inner.snapshot();
        }

        @Override
        public void restore(byte[] snapshot) {
            inner.restore(snapshot);
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    private Rollout collect(String id, int groups, int steps, List<String> events) {
        List<VectorEnvironment> environments = new ArrayList<>();
        for (int i = 0; i < groups; i++) {
            VectorEnvironment group = Environments.createVector(id, Map.of(), ENVIRONMENTS / groups);
            environments.add(new Observed(Character.toString('A' + i), group, events));
        }
        Settings settings = AlgorithmSettings.find("ppo").defaults().with("hidden", "8", "test");
        Agent agent = Agent.create(settings, environments.get(0).specification(), backend);
        ActorCritics.initialize(agent.actorCritic(), settings, RandomSource.L64_X128_MIX.create(2L));
        int actionSize = agent.actions().distribution().actionSize();
        int parameterSize = agent.actions().distribution().parameterSize();
        int inputs = agent.observations().size();
        Rollout rollout = new Rollout(backend, steps, ENVIRONMENTS, groups, inputs, inputs, actionSize, parameterSize);
        RolloutCollector collector =
                new RolloutCollector(environments, agent, null, RandomSource.L64_X128_MIX.create(4L), 0.9, true);
        try (Workers workers = new Workers(1)) {
            collector.reset(SEED);
            collector.collect(rollout, new RolloutValues(rollout, agent, workers));
        }
        return rollout;
    }

    @Test
    void eachGroupGetsItsActionsWhileTheOtherSteps() {
        List<String> events = new ArrayList<>();
        collect("CartPole-v1", 2, 3, events);

        assertThat(events)
                .containsExactly(
                        "A reset 29",
                        "B reset 31", // environment n has the seed 29 + n
                        "A send",
                        "B send",
                        "A receive",
                        "A send",
                        "B receive",
                        "B send",
                        "A receive",
                        "A send",
                        "B receive",
                        "B send",
                        "A receive",
                        "B receive");
    }

    @Test
    void oneGroupStepsInTurn() {
        List<String> events = new ArrayList<>();
        collect("CartPole-v1", 1, 2, events);

        assertThat(events).containsExactly("A reset 29", "A send", "A receive", "A send", "A receive");
    }

    @ParameterizedTest
    @CsvSource({"CartPole-v1,1", "CartPole-v1,2", "Pendulum-v1,1", "Pendulum-v1,2"})
    void eachRowIsWhatItsEnvironmentDoesAloneWithTheSameActions(String id, int groups) {
        Rollout rollout = collect(id, groups, STEPS, new ArrayList<>());
        double[] seen = new double
                [rollout.observations().rows() * rollout.observations().columns()];
        backend.download(rollout.observations(), seen);
        int size = rollout.observations().columns();
        int ends = 0;
        for (int n = 0; n < ENVIRONMENTS; n++) {
            try (Environment alone = Environments.create(id, Map.of())) {
                double[] shown = alone.reset(SEED + n);
                for (int t = 0; t < STEPS; t++) {
                    int row = t * ENVIRONMENTS + n;
                    for (int i = 0; i < size; i++) {
                        assertThat(seen[row * size + i]).isCloseTo(shown[i], within(1e-6));
                    }
                    double action = rollout.actions()[row];
                    TimeStep step = alone.step(new double[] {id.equals("Pendulum-v1") ? clip(action) : action});
                    assertThat(rollout.rewards()[row]).isEqualTo(step.reward());
                    assertThat(rollout.ended()[row]).isEqualTo(step.ended());
                    assertThat(rollout.discounts()[row]).isEqualTo(step.terminated() ? 0 : 0.9);
                    ends += step.ended() ? 1 : 0;
                    shown = step.ended() ? alone.reset() : step.observation();
                }
            }
        }
        assertThat(ends).isGreaterThanOrEqualTo(ENVIRONMENTS);
    }

    private static double clip(double torque) {
        return Math.max(-2, Math.min(2, torque));
    }
}
