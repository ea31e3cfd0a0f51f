package kingfisher.agents.rollout;

import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.NetworkInputs;
import kingfisher.agents.policy.NetworkPass;
import kingfisher.agents.policy.ObservationPipeline;
import kingfisher.agents.policy.ValueInputs;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.backend.Matrix;
import kingfisher.optim.distribution.Distribution;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/** A group of environments, with what an agent needs to act in it and to value what it shows. */
final class ActingGroup {

    private final VectorEnvironment environment;
    private final Agent agent;
    private final ObservationPipeline observations;
    private final Distribution distribution;
    private final Backend backend;
    private final int index;
    private final int count;
    private final int first;
    private final VectorTimeStep step;
    private final NetworkPass policyPass;
    private final NetworkPass valuePass;
    private final NetworkInputs inputs;
    private final Matrix seen;
    private final Matrix seenByValue; // that of the policy, if the value network sees no more
    private final ValueInputs.@Nullable Writer valueWriter;
    private final int[] episodeSteps;
    private final double[] outcomes;
    private final double[] environmentActions;
    private final double[] logProbabilities;
    private final boolean[] ended;

    /** Creates the group that is number {@code index} of groups of one size. */
    ActingGroup(VectorEnvironment environment, int index, Agent agent) {
        this.environment = environment;
        this.agent = agent;
        this.index = index;
        this.count = environment.count();
        this.first = index * count;
        this.observations = agent.observations();
        this.distribution = agent.actorCritic().distribution();
        this.backend = agent.actorCritic().policy().parameters().backend();
        this.step = VectorTimeStep.of(environment);
        this.policyPass = agent.actorCritic().policy().pass(count);
        this.valuePass = agent.actorCritic().value().pass(count);
        this.inputs = new NetworkInputs(observations, count);
        this.seen = backend.allocate(count, observations.size());
        ValueInputs valueInputs = agent.valueInputs();
        this.seenByValue = valueInputs.isExtended() ? backend.allocate(count, valueInputs.size()) : seen;
        this.valueWriter = valueInputs.isExtended() ? valueInputs.writer(count) : null;
        this.episodeSteps = new int[count];
        this.outcomes = new double[count * distribution.actionSize()];
        this.environmentActions = new double[outcomes.length];
        this.logProbabilities = new double[count];
        this.ended = new boolean[count];
    }

    /** Number of environments. */
    int count() {
        return count;
    }

    /** The number, in the whole rollout, of the group's first environment. */
    int first() {
        return first;
    }

    /** What the environments show, and their last rewards and ends; the live object. */
    VectorTimeStep step() {
        return step;
    }

    /** After {@link #receive}: whether each environment's episode ended, terminated or truncated; the live array. */
    boolean[] ended() {
        return ended;
    }

    /** Starts new episodes; environment n of the rollout is seeded with {@code seed + n}. */
    void reset(long seed) {
        environment.reset((seed + first) & Long.MAX_VALUE, step);
        inputs.forget();
        updateMoments();
    }

    /** Chooses the actions of step {@code t} and writes them to the rollout. */
    void choose(Rollout rollout, int t, UniformRandomProvider random) {
        Matrix acted = rollout.observations(t, index);
        backend.upload(inputs.of(step.observations()), acted);
        inputs.remember();
        policyPass.forward(acted);
        double[] parameters = policyPass.distributionParameters();
        distribution.sample(count, parameters, random, outcomes);
        distribution.logProbability(count, parameters, outcomes, logProbabilities);
        int row = t * rollout.environments() + first;
        System.arraycopy(outcomes, 0, rollout.actions(), row * distribution.actionSize(), outcomes.length);
        System.arraycopy(
                parameters, 0, rollout.distributionParameters(), row * distribution.parameterSize(), parameters.length);
        System.arraycopy(logProbabilities, 0, rollout.logProbabilities(), row, count);
        agent.actions().toEnvironment(count, outcomes, environmentActions);
    }

    /** Lets the environments begin the step with the chosen actions. */
    void send() {
        environment.send(environmentActions);
    }

    /** Waits for the step that was begun. */
    void receive() {
        environment.receive(step);
        for (int n = 0; n < count; n++) {
            ended[n] = step.ended(n);
        }
    }

    /** Takes what the environments show into the running moments; checks that it consists of numbers. */
    void updateMoments() {
        for (int n = 0; n < count; n++) {
            requireFinite("observation", step.observations(), n);
        }
        inputs.updateMoments(step.observations());
    }

    /** Forgets the episodes that ended with the last step, when their last observations have been valued. */
    void forgetEnded() {
        for (int n = 0; n < count; n++) {
            if (ended[n]) {
                inputs.forget(n);
            }
        }
    }

    /** The observations that were acted on last, of running episodes [N × encoded size]; the live array. */
    double[] previousInputs() {
        return inputs.previous();
    }

    /** Steps so far of the episodes that are valued next, written by the caller; the live array. */
    int[] episodeSteps() {
        return episodeSteps;
    }

    /** Computes the values of what the environments show; the live array. {@link #episodeSteps} is read if they count. */
    double[] values() {
        return values(step.observations());
    }

    /**
     * Computes the values of the last observations of the episodes that ended with this step; the live array, where the
     * other rows mean nothing.
     */
    double[] finalValues() {
        int size = observations.rawSize();
        for (int n = 0; n < count; n++) {
            if (ended[n]) {
                requireFinite("last observation", step.finalObservations(), n);
            } else {
                // Rows of running episodes hold old numbers; give them something finite to compute with.
                System.arraycopy(step.observations(), n * size, step.finalObservations(), n * size, size);
            }
        }
        return values(step.finalObservations());
    }

    private double[] values(double[] current) {
        backend.upload(inputs.of(current), seen);
        if (valueWriter != null) {
            policyPass.forward(seen);
            valueWriter.write(seen, policyPass.distributionParameters(), episodeSteps, backend, seenByValue);
        }
        valuePass.forward(seenByValue);
        return valuePass.values();
    }

    private void requireFinite(String what, double[] numbers, int row) {
        int size = observations.rawSize();
        for (int i = row * size; i < (row + 1) * size; i++) {
            if (!Double.isFinite(numbers[i])) {
                throw notFinite("the " + what + " of environment " + (first + row), numbers[i]);
            }
        }
    }

    /** The exception for a number that these environments gave. */
    NonFiniteException notFinite(String quantity, double value) {
        return NonFiniteException.ofEnvironment(environment.specification().id(), quantity, value);
    }
}
