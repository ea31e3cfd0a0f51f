package kingfisher.agents.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.RunningMoments;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.SequentialVectorEnvironment;
import kingfisher.envs.TimeStep;
import kingfisher.envs.VectorEnvironment;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a rollout holds after some steps of environments whose every number is known. */
class RolloutCollectorTest {

    private static final int STEPS = 6;
    private static final double DISCOUNT = 0.9;

    private final Backend backend = new CpuBackend();
    private final RestorableUniformRandomProvider random = RandomSource.L64_X128_MIX.create(4L);

    /** The first environment terminates after 3 steps, the second is cut after 4, the third goes on. */
    private final VectorEnvironment environment = new SequentialVectorEnvironment(List.of(
            new CountingEnvironment(3, true), new CountingEnvironment(4, false), new CountingEnvironment(99, true)));

    @Test
    void rewardsDiscountsAndEndsAreThoseOfTheEnvironments() {
        Rollout rollout = collect(agent(false), null, true);
        for (int t = 0; t < STEPS; t++) {
            for (int n = 0; n < 3; n++) {
                int i = t * 3 + n;
                boolean terminated = n == 0 && t % 3 == 2;
                assertThat(rollout.rewards()[i]).isEqualTo(t + 1);
                assertThat(rollout.discounts()[i]).isEqualTo(terminated ? 0 : DISCOUNT);
                assertThat(rollout.ended()[i]).isEqualTo(terminated || (n == 1 && t == 3));
            }
        }
    }

    @Test
    void theValueThatFollowsIsThatOfTheNextObservationAndAtATruncationOfTheLastOne() {
        Agent agent = agent(false);
        Rollout rollout = collect(agent, null, true);
        for (int t = 0; t < STEPS; t++) {
            boolean cut = t == 3;
            assertThat(rollout.nextValues()[t * 3 + 2]).isCloseTo(value(agent, t + 1), within(1e-6));
            assertThat(rollout.nextValues()[t * 3 + 1])
                    .as("step %d, cut %s", t, cut)
                    .isCloseTo(value(agent, t + 1), within(1e-6));
            double before = t == 0 ? 0 : t == 4 ? -4 : t; // a new episode shows the negative count
            assertThat(rollout.values()[t * 3 + 1]).isCloseTo(value(agent, before), within(1e-6));
        }
    }

    @Test
    void withoutBootstrapTruncationCountsAsTermination() {
        Rollout rollout = collect(agent(false), null, false);
        assertThat(rollout.discounts()[3 * 3 + 1]).isZero();
        assertThat(rollout.ended()[3 * 3 + 1]).isTrue();
    }

    @Test
    void logProbabilitiesAreThoseOfTheStoredActionsUnderTheStoredDistributions() {
        Agent agent = agent(false);
        Rollout rollout = collect(agent, null, true);
        double[] expected = new double[rollout.size()];
        agent.actions()
                .distribution()
                .logProbability(rollout.size(), rollout.distributionParameters(), rollout.actions(), expected);
        assertThat(rollout.logProbabilities()).containsExactly(expected, within(0.0));
        NetworkPass pass = agent.actorCritic().policy().pass(rollout.size());
        pass.forward(rollout.observations());
        assertThat(rollout.distributionParameters()).containsExactly(pass.distributionParameters(), within(1e-6));
    }

    @Test
    void observationsAreNormalizedByTheMomentsAtTheirTime() {
        Agent agent = agent(true);
        Rollout rollout = collect(agent, null, true);
        double[] seen = new double[rollout.size()];
        backend.download(rollout.observations(), seen);
        double[] shown = new double[3 * (STEPS + 1)];
        for (int t = 0; t < STEPS; t++) {
            shown[t * 3] = t % 3 == 0 ? -t : t;
            shown[t * 3 + 1] = t == 0 ? 0 : t == 4 ? -4 : t;
            shown[t * 3 + 2] = t;
            int count = 3 * (t + 1);
            double weight = 1e-4;
            double sum = 0;
            double squares = weight;
            for (int i = 0; i < count; i++) {
                sum += shown[i];
                squares += shown[i] * shown[i];
            }
            double mean = sum / (count + weight);
            double deviation = Math.sqrt(squares / (count + weight) - mean * mean + 1e-8);
            for (int n = 0; n < 3; n++) {
                double expected = Math.max(-10, Math.min(10, (shown[t * 3 + n] - mean) / deviation));
                assertThat(seen[t * 3 + n]).as("step %d, row %d", t, n).isCloseTo(expected, within(1e-4));
            }
        }
    }

    @Test
    void rewardsAreDividedByTheDeviationOfTheDiscountedReturn() {
        RewardNormalizer normalizer = new RewardNormalizer(3, DISCOUNT, 10);
        Rollout rollout = collect(agent(false), normalizer, true);
        double[] returns = new double[3];
        double sum = 0;
        double squares = 1e-4;
        for (int t = 0; t < STEPS; t++) {
            for (int n = 0; n < 3; n++) {
                returns[n] = returns[n] * DISCOUNT + t + 1;
                sum += returns[n];
                squares += returns[n] * returns[n];
            }
            double count = 3 * (t + 1) + 1e-4;
            double deviation = Math.sqrt(squares / count - sum / count * (sum / count) + 1e-8);
            for (int n = 0; n < 3; n++) {
                double expected = Math.min(10, (t + 1) / deviation);
                assertThat(rollout.rewards()[t * 3 + n]).isCloseTo(expected, within(1e-6 * expected));
                if (rollout.ended()[t * 3 + n]) {
                    returns[n] = 0;
                }
            }
        }
    }

    @Test
    void statisticsAreOnRawRewards() {
        Agent agent = agent(false);
        Rollout rollout = rollout(agent);
        try (Workers workers = new Workers(1)) {
            RolloutCollector collector = collector(agent, new RewardNormalizer(3, DISCOUNT, 10), true);
            collector.reset(1);
            collector.collect(rollout, new RolloutValues(rollout, agent, workers));
            assertThat(collector.statistics().episodes()).isEqualTo(3);
            assertThat(collector.statistics().meanReturn()).isCloseTo((6 + 15 + 10) / 3.0, within(1e-12));
            assertThat(collector.statistics().meanLength()).isCloseTo(10 / 3.0, within(1e-12));
        }
    }

    @Test
    void anObservationOrRewardThatIsNoNumberStopsWithItsName() {
        for (boolean inReward : new boolean[] {true, false}) {
            Environment broken = new BrokenEnvironment(inReward);
            VectorEnvironment group =
                    new SequentialVectorEnvironment(List.of(new CountingEnvironment(9, true), broken));
            Agent agent = Agent.create(settings(false), group.specification(), backend);
            Rollout rollout = new Rollout(backend, STEPS, 2, 1, 1, 2);
            RolloutCollector collector = new RolloutCollector(List.of(group), agent, null, random, DISCOUNT, true);
            collector.reset(1);
            try (Workers workers = new Workers(1)) {
                RolloutValues values = new RolloutValues(rollout, agent, workers);
                assertThatThrownBy(() -> collector.collect(rollout, values))
                        .isInstanceOf(NonFiniteException.class)
                        .hasMessage("Counting: the " + (inReward ? "reward" : "observation")
                                + " of environment 1 is NaN, which nothing can be learned from; the fault is in the"
                                + " environment, check-env may find where");
            }
        }
    }

    @Test
    void numbersWhoseSquaresAreNoneStopWithTheirName() {
        VectorEnvironment group = new SequentialVectorEnvironment(List.of(new RichEnvironment()));
        Agent agent = Agent.create(settings(false), group.specification(), backend);
        Rollout rollout = new Rollout(backend, STEPS, 1, 1, 1, 2);
        RolloutCollector collector = new RolloutCollector(
                List.of(group), agent, new RewardNormalizer(1, DISCOUNT, 10), random, DISCOUNT, true);
        collector.reset(1);
        try (Workers workers = new Workers(1)) {
            RolloutValues values = new RolloutValues(rollout, agent, workers);
            assertThatThrownBy(() -> collector.collect(rollout, values))
                    .isInstanceOf(NonFiniteException.class)
                    .hasMessageStartingWith("Counting: the variance of the rewards is Infinity, which nothing can");
        }
    }

    @Test
    void whatCollectingChangedCanBeTakenBack() {
        Agent agent = agent(true);
        RewardNormalizer normalizer = new RewardNormalizer(3, DISCOUNT, 10);
        RolloutCollector collector = collector(agent, normalizer, true);
        Rollout rollout = rollout(agent);
        try (Workers workers = new Workers(1)) {
            RolloutValues values = new RolloutValues(rollout, agent, workers);
            collector.reset(1);
            collector.collect(rollout, values);
            CollectorState state = collector.state();
            RunningMoments moments =
                    agent.observations().moments().orElseThrow().copy();
            double[] returns = normalizer.returns().clone();
            collector.collect(rollout, values);
            assertThat(collector.statistics().episodes())
                    .isGreaterThan(state.statistics().episodes());

            collector.restore(state);

            assertThat(collector.shown()).isEqualTo(state.shown());
            assertThat(collector.statistics().state())
                    .usingRecursiveComparison()
                    .isEqualTo(state.statistics());
            assertThat(random.saveState()).usingRecursiveComparison().isEqualTo(state.generator());
            assertThat(normalizer.returns()).isEqualTo(returns);
            assertThat(agent.observations().moments().orElseThrow())
                    .usingRecursiveComparison()
                    .isEqualTo(moments);
        }
    }

    private Rollout collect(Agent agent, @Nullable RewardNormalizer rewards, boolean bootstrap) {
        Rollout rollout = rollout(agent);
        RolloutCollector collector = collector(agent, rewards, bootstrap);
        collector.reset(1);
        try (Workers workers = new Workers(2)) {
            collector.collect(rollout, new RolloutValues(rollout, agent, workers));
        }
        return rollout;
    }

    private RolloutCollector collector(Agent agent, @Nullable RewardNormalizer rewards, boolean bootstrap) {
        return new RolloutCollector(List.of(environment), agent, rewards, random, DISCOUNT, bootstrap);
    }

    private Rollout rollout(Agent agent) {
        return new Rollout(backend, STEPS, 3, agent.observations().size(), 1, 2);
    }

    private Agent agent(boolean normalize) {
        Settings settings = settings(normalize);
        Agent agent = Agent.create(settings, environment.specification(), backend);
        ActorCritics.initialize(agent.actorCritic(), settings, RandomSource.L64_X128_MIX.create(2L));
        return agent;
    }

    private static Settings settings(boolean normalize) {
        return AlgorithmSettings.find("ppo")
                .defaults()
                .with("hidden", "8", "test")
                .with("normalize-observations", Boolean.toString(normalize), "test");
    }

    private double value(Agent agent, double observation) {
        Matrix input = backend.allocate(1, 1);
        backend.upload(new double[] {observation}, input);
        NetworkPass pass = agent.actorCritic().value().pass(1);
        pass.forward(input);
        return pass.values()[0];
    }

    /** Pays more than the square root of the largest number. */
    private static final class RichEnvironment implements Environment {
        private final CountingEnvironment inner = new CountingEnvironment(9, true);

        @Override
        public EnvironmentSpecification specification() {
            return inner.specification();
        }

        @Override
        public double[] reset(long seed) {
            return inner.reset(seed);
        }

        @Override
        public double[] reset() {
            return inner.reset();
        }

        @Override
        public TimeStep step(double[] action) {
            TimeStep step = inner.step(action);
            return new TimeStep(step.observation(), 1e200 * step.reward(), step.terminated(), step.truncated());
        }
    }

    /** Gives NaN at its second step. */
    private static final class BrokenEnvironment implements Environment {
        private final CountingEnvironment inner = new CountingEnvironment(9, true);
        private final boolean inReward;

        BrokenEnvironment(boolean inReward) {
            this.inReward = inReward;
        }

        @Override
        public EnvironmentSpecification specification() {
            return inner.specification();
        }

        @Override
        public double[] reset(long seed) {
            return inner.reset(seed);
        }

        @Override
        public double[] reset() {
            return inner.reset();
        }

        @Override
        public TimeStep step(double[] action) {
            TimeStep step = inner.step(action);
            if (step.reward() < 2) {
                return step;
            }
            return inReward
                    ? new TimeStep(step.observation(), Double.NaN, false, false)
                    : new TimeStep(new double[] {Double.NaN}, 1, false, false);
        }
    }
}
