package kingfisher.agents.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import kingfisher.agents.policy.Actor;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.Policy;
import kingfisher.agents.policy.PolicyCheckpoint;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.CheckpointFolder;
import kingfisher.agents.run.Json;
import kingfisher.agents.run.Tensor;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.envs.BoxSpace;
import kingfisher.envs.ElementType;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.TimeStep;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.network.ParameterVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A policy that adds ten times the previous observation to the current one, wherever policies act without learning. */
class PreviousObservationTest {

    private final Backend backend = new CpuBackend();
    private final Settings settings = AlgorithmSettings.find("a2c")
            .defaults()
            .with("hidden", "1", "test")
            .with("activation", "identity", "test")
            .with("previous-observation", "true", "test")
            .with("critic-time-step", "true", "test");

    /** Shows 1, 2, 3, … in each episode of three steps, and pays what the action is. */
    private static final class Echo implements Environment {
        private int elapsed;

        @Override
        public EnvironmentSpecification specification() {
            return new EnvironmentSpecification(
                    "Echo",
                    BoxSpace.uniform(1, -1000, 1000, ElementType.FLOAT64),
                    BoxSpace.uniform(1, -1000, 1000, ElementType.FLOAT64),
                    OptionalInt.empty(),
                    OptionalDouble.empty());
        }

        @Override
        public double[] reset(long seed) {
            return reset();
        }

        @Override
        public double[] reset() {
            elapsed = 0;
            return new double[] {1};
        }

        @Override
        public TimeStep step(double[] action) {
            elapsed++;
            return new TimeStep(new double[] {elapsed + 1}, action[0], elapsed == 3, false);
        }
    }

    private Agent agent() {
        Agent agent = Agent.create(settings, new Echo().specification(), backend);
        ParameterVector parameters = agent.actorCritic().policy().parameters();
        backend.upload(new double[] {1, 10}, parameters.view("policy.hidden.0.weight"));
        backend.upload(new double[] {1}, parameters.view("policy.output.weight"));
        return agent;
    }

    @Test
    void anActorRemembersEachEnvironmentsObservationUntilItsEpisodeEnds() {
        Actor actor = agent().actor(2);
        double[] actions = new double[2];
        actor.act(new double[] {1, 5}, null, actions);
        assertThat(actions).containsExactly(1, 5);
        actor.act(new double[] {2, 6}, null, actions);
        assertThat(actions).containsExactly(12, 56);
        actor.beginEpisode(0);
        actor.act(new double[] {3, 7}, null, actions);
        assertThat(actions).containsExactly(3, 67);
    }

    /** 1, 2 + 10 and 3 + 20 in every episode, the first of its environment or not. */
    @Test
    void evaluationsBeginEachEpisodeWithoutOne() {
        try (Evaluator evaluator =
                new Evaluator(EnvironmentSource.of("Echo", Echo::new).factory(), agent(), () -> false)) {
            assertThat(evaluator.evaluate(25, 1, false)).hasSize(25).containsOnly(36);
            assertThat(evaluator.evaluate(3, 1, false)).hasSize(3).containsOnly(36);
        }
    }

    @Test
    void aSavedPolicySeesThePreviousObservationToo(@TempDir Path folder) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ObjectNode state = Json.object();
        PolicyCheckpoint.save("a2c", settings, agent(), tensors, state);
        new CheckpointFolder(folder.resolve("checkpoint")).write(new Checkpoint(tensors, state));

        Policy policy = Policy.load(folder.resolve("checkpoint"));

        assertThat(policy.act(new double[] {1})).containsExactly(1);
        assertThat(policy.act(new double[] {2})).containsExactly(12);
        policy.beginEpisode();
        assertThat(policy.act(new double[] {2})).containsExactly(2);
    }

    @Test
    void theSizesOfTheNetworksAreThoseOfWhatTheySee() {
        Agent agent = Agent.create(settings, new Echo().specification(), backend);
        assertThat(inputs(agent, true)).isEqualTo(2);
        assertThat(inputs(agent, false)).isEqualTo(2 + 2 + 1); // and mean, standard deviation, time
    }

    private static int inputs(Agent agent, boolean policy) {
        ParameterVector parameters =
                (policy ? agent.actorCritic().policy() : agent.actorCritic().value()).parameters();
        String name = policy ? "policy.hidden.0.weight" : "value.hidden.0.weight";
        return parameters.view(name).rows();
    }
}
