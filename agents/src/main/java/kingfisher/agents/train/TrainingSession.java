package kingfisher.agents.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import kingfisher.agents.a2c.A2c;
import kingfisher.agents.acktr.Acktr;
import kingfisher.agents.algorithm.Algorithm;
import kingfisher.agents.policy.ActorCritics;
import kingfisher.agents.policy.Agent;
import kingfisher.agents.policy.NetworkTensors;
import kingfisher.agents.policy.PolicyCheckpoint;
import kingfisher.agents.policy.StateJson;
import kingfisher.agents.ppo.Ppo;
import kingfisher.agents.rollout.CollectorState;
import kingfisher.agents.rollout.EpisodeStatistics;
import kingfisher.agents.rollout.NonFiniteException;
import kingfisher.agents.rollout.RewardNormalizer;
import kingfisher.agents.rollout.Rollout;
import kingfisher.agents.rollout.RolloutCollector;
import kingfisher.agents.rollout.RolloutValues;
import kingfisher.agents.run.Checkpoint;
import kingfisher.agents.run.Json;
import kingfisher.agents.run.Tensor;
import kingfisher.agents.settings.CommonSettings;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.train.RandomStreams.Purpose;
import kingfisher.agents.trpo.Trpo;
import kingfisher.envs.InvalidInputException;
import kingfisher.optim.backend.Backend;
import kingfisher.optim.parallel.Workers;
import org.apache.commons.rng.RestorableUniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * The state of a training: agent, environments, algorithm, generators and counters, moved on one iteration at a time.
 *
 * <p>Two sessions of one plan go through the same states bit by bit, on any number of threads; so does one that was
 * restored from a checkpoint, if the environments can tell their state.
 */
public final class TrainingSession implements AutoCloseable {

    private static final String ARRAY = "algorithm.";
    private static final String PREVIOUS_INPUTS = "previousInputs";

    private final TrainingPlan plan;
    private final Backend backend;
    private final Workers workers;
    private final Agent agent;
    private final EnvironmentGroups environments;
    private final @Nullable RewardNormalizer rewardNormalizer;
    private final RestorableUniformRandomProvider actionRandom;
    private final RestorableUniformRandomProvider minibatchRandom;
    private final Rollout rollout;
    private final RolloutValues rolloutValues;
    private final RolloutCollector collector;
    private final Algorithm algorithm;
    private long iteration;
    private long steps;
    private boolean exact;
    private boolean consistent = true;
    private double bestReturn = Double.NEGATIVE_INFINITY;
    private long evaluatedSteps;
    private double evaluatedReturn = Double.NEGATIVE_INFINITY;
    private TimeSpent timeBefore = TimeSpent.NONE;
    private long totalNanos;
    private long updateNanos;

    private TrainingSession(TrainingPlan plan, EnvironmentGroups environments, Backend backend, Workers workers) {
        Settings settings = plan.settings();
        this.plan = plan;
        this.backend = backend;
        this.workers = workers;
        this.environments = environments;
        this.agent = Agent.create(settings, environments.specification(), backend);
        this.actionRandom = RandomStreams.create(plan.seed(), Purpose.ACTIONS);
        this.minibatchRandom = RandomStreams.create(plan.seed(), Purpose.MINIBATCHES);
        double discount = settings.get(CommonSettings.DISCOUNT);
        this.rewardNormalizer = settings.get(CommonSettings.NORMALIZE_REWARDS)
                ? new RewardNormalizer(environments.count(), discount, settings.get(CommonSettings.CLIP_REWARDS))
                : null;
        this.rollout = new Rollout(
                backend,
                settings.get(CommonSettings.ROLLOUT_STEPS),
                environments.count(),
                environments.list().size(),
                agent.observations().size(),
                agent.valueInputs().size(),
                agent.actions().distribution().actionSize(),
                agent.actions().distribution().parameterSize());
        this.rolloutValues = new RolloutValues(rollout, agent, workers);
        this.collector = new RolloutCollector(
                environments.list(),
                agent,
                rewardNormalizer,
                actionRandom,
                discount,
                settings.get(CommonSettings.TRUNCATION_BOOTSTRAP));
        this.algorithm = switch (plan.algorithm()) {
            case "ppo" -> new Ppo(settings, agent.actorCritic(), rollout, minibatchRandom, workers);
            case "a2c" -> new A2c(settings, agent.actorCritic(), rollout, workers);
            case "acktr" -> new Acktr(settings, agent.actorCritic(), rollout, minibatchRandom, workers);
            case "trpo" -> new Trpo(settings, agent.actorCritic(), rollout, minibatchRandom, workers);
            default -> throw new InvalidInputException("unknown algorithm: " + plan.algorithm());
        };
    }

    /**
     * Returns a session at its beginning: parameters drawn, environments reset.
     *
     * @throws InvalidInputException if the environments cannot be opened or have no fitting spaces
     */
    public static TrainingSession start(TrainingPlan plan, Backend backend, int threads) {
        return open(plan, backend, threads, session -> {
            ActorCritics.initialize(
                    session.agent.actorCritic(),
                    plan.settings(),
                    RandomStreams.create(plan.seed(), Purpose.INITIALIZATION));
            session.collector.reset(plan.seed());
        });
    }

    /**
     * Returns a session where {@link #save} left one of the same plan.
     *
     * @throws InvalidInputException if the environments cannot be opened, or the checkpoint is damaged or does not fit the
     *     plan
     */
    public static TrainingSession resume(TrainingPlan plan, Backend backend, int threads, Checkpoint checkpoint) {
        return open(
                plan,
                backend,
                threads,
                session -> checkpoint.read(state -> {
                    session.restore(checkpoint);
                    return session;
                }));
    }

    @SuppressWarnings("try") // what is opened here is closed by the session, or here if there is none
    private static TrainingSession open(
            TrainingPlan plan, Backend backend, int threads, Consumer<TrainingSession> begin) {
        Settings settings = plan.settings();
        int groups = settings.get(CommonSettings.ENVIRONMENT_GROUPS);
        EnvironmentGroups environments = new EnvironmentGroups(
                plan.environments().opening().open(settings.get(CommonSettings.ENVIRONMENTS) / groups, groups));
        Workers workers = new Workers(threads);
        try {
            TrainingSession session = new TrainingSession(plan, environments, backend, workers);
            begin.accept(session);
            session.exact = environments.haveSnapshots();
            return session;
        } catch (RuntimeException | Error failure) {
            environments.close();
            workers.close();
            throw failure;
        }
    }

    /**
     * Collects one rollout and updates the agent with it.
     *
     * <p>If the environments fail, and cannot tell their state, the session is as it was before, but for them: it can be
     * saved, and go on with new episodes when it is resumed.
     *
     * @return the algorithm's metrics
     * @throws NonFiniteException if something is not a number
     */
    public Map<String, Double> iterate() {
        long begin = System.nanoTime();
        double progress = Math.min(1, (double) steps / plan.settings().get(CommonSettings.STEPS));
        collect();
        long collected = System.nanoTime();
        Map<String, Double> metrics = algorithm.update(progress);
        long updated = System.nanoTime();
        updateNanos += updated - collected;
        totalNanos += updated - begin;
        iteration++;
        steps += rollout.size();
        consistent = true;
        return metrics;
    }

    private void collect() {
        consistent = false;
        // exact environments go on from the last checkpoint bit by bit, others lose what came after it
        Optional<CollectorState> before = exact ? Optional.empty() : Optional.of(collector.state());
        try {
            collector.collect(rollout, rolloutValues);
        } catch (RuntimeException failure) {
            before.ifPresent(collector::restore);
            consistent = before.isPresent();
            throw failure;
        }
    }

    /** Whether the state is that after a whole iteration; if not, there is nothing to keep. */
    boolean isConsistent() {
        return consistent;
    }

    /**
     * Returns the whole state.
     *
     * @throws NonFiniteException if a tensor of it holds what is not a number; the agent is then not to be kept
     */
    public Checkpoint save() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        ObjectNode state = Json.object();
        PolicyCheckpoint.save(plan.algorithm(), plan.settings(), agent, tensors, state);
        algorithm.vectors().forEach((name, vector) -> NetworkTensors.save("optimizer." + name + ".", vector, tensors));
        algorithm.arrays().forEach((name, array) -> tensors.put(ARRAY + name, Tensor.of(array, array.length)));
        tensors.forEach(TrainingSession::requireFinite);
        plan.save(state);
        state.put("backend", backend.name()).put("iteration", iteration).put("steps", steps);
        Json.putNumber(state, "bestReturn", bestReturn);
        state.put("evaluatedSteps", evaluatedSteps);
        Json.putNumber(state, "evaluatedReturn", evaluatedReturn);
        timeSpent().save(state.putObject("time"));
        ObjectNode counters = state.putObject("counters");
        algorithm.counters().forEach(counters::put);
        ObjectNode generators = state.putObject("generators");
        generators.put("actions", RandomStreams.save(actionRandom));
        generators.put("minibatches", RandomStreams.save(minibatchRandom));
        if (rewardNormalizer != null) {
            StateJson.put(state, "rewardMoments", rewardNormalizer.moments());
            StateJson.put(state, "discountedReturns", rewardNormalizer.returns());
        }
        saveEpisodes(state.putObject("episodes"));
        StateJson.put(state, "observations", collector.shown());
        if (agent.observations().isPreviousSeen()) {
            StateJson.put(state, PREVIOUS_INPUTS, collector.previousInputs());
        }
        if (exact) {
            environments.save(state);
        }
        return new Checkpoint(tensors, state);
    }

    private static void requireFinite(String name, Tensor tensor) {
        tensor.numbers().filter(value -> !Double.isFinite(value)).findFirst().ifPresent(value -> {
            throw NonFiniteException.ofLearning("a number of the tensor " + name, value);
        });
    }

    private void saveEpisodes(ObjectNode node) {
        EpisodeStatistics.State statistics = collector.statistics().state();
        node.put("count", statistics.episodes());
        StateJson.put(node, "returns", statistics.returns());
        StateJson.put(node, "lengths", toDoubles(statistics.lengths()));
        StateJson.put(node, "runningReturns", statistics.runningReturns());
        StateJson.put(node, "runningLengths", toDoubles(statistics.runningLengths()));
    }

    private void restore(Checkpoint checkpoint) {
        ObjectNode state = checkpoint.state();
        PolicyCheckpoint.requireSpaces(checkpoint, environments.specification());
        PolicyCheckpoint.restore(checkpoint, agent);
        algorithm
                .vectors()
                .forEach((name, vector) -> NetworkTensors.restore("optimizer." + name + ".", checkpoint, vector));
        algorithm.restoreArrays(arrays(checkpoint));
        iteration = checkpoint.wholeNumber("iteration");
        steps = checkpoint.wholeNumber("steps");
        bestReturn = Json.number(state, "bestReturn").orElse(Double.NEGATIVE_INFINITY);
        evaluatedSteps = checkpoint.wholeNumber("evaluatedSteps");
        long plannedBefore = PolicyCheckpoint.settings(checkpoint).get(CommonSettings.STEPS);
        if (plannedBefore == plan.settings().get(CommonSettings.STEPS)) { // else the goal does not end it again
            evaluatedReturn = Json.number(state, "evaluatedReturn").orElse(Double.NEGATIVE_INFINITY);
        }
        timeBefore = TimeSpent.load(state.required("time"));
        Map<String, Double> counters = new LinkedHashMap<>();
        state.required("counters")
                .properties()
                .forEach(entry -> counters.put(entry.getKey(), entry.getValue().asDouble()));
        algorithm.restoreCounters(counters);
        JsonNode generators = state.required("generators");
        RandomStreams.restore(actionRandom, generators.required("actions").asText());
        RandomStreams.restore(
                minibatchRandom, generators.required("minibatches").asText());
        if (rewardNormalizer != null) {
            StateJson.restore(state, "rewardMoments", rewardNormalizer.moments());
            copy(StateJson.array(state, "discountedReturns"), rewardNormalizer.returns());
        }
        restoreEpisodes(state.required("episodes"));
        if (environments.restore(state)) {
            collector.show(StateJson.array(state, "observations"));
            if (agent.observations().isPreviousSeen()) {
                collector.restorePreviousInputs(StateJson.array(state, PREVIOUS_INPUTS));
            }
        } else {
            // Such environments start new episodes; a seed of its own keeps them from repeating the first ones.
            collector.reset(RandomStreams.seed(plan.seed(), steps));
        }
    }

    private static Map<String, double[]> arrays(Checkpoint checkpoint) {
        Map<String, double[]> arrays = new LinkedHashMap<>();
        checkpoint.tensors().forEach((name, tensor) -> {
            if (name.startsWith(ARRAY)) {
                arrays.put(name.substring(ARRAY.length()), checkpoint.doubles(name, tensor.size()));
            }
        });
        return arrays;
    }

    private void restoreEpisodes(JsonNode node) {
        collector
                .statistics()
                .restore(new EpisodeStatistics.State(
                        StateJson.array(node, "runningReturns"),
                        toInts(StateJson.array(node, "runningLengths")),
                        StateJson.array(node, "returns"),
                        toInts(StateJson.array(node, "lengths")),
                        node.required("count").asLong()));
    }

    private static double[] toDoubles(int[] values) {
        return Arrays.stream(values).asDoubleStream().toArray();
    }

    private static int[] toInts(double[] values) {
        return Arrays.stream(values).mapToInt(value -> (int) value).toArray();
    }

    private static void copy(double[] source, double[] target) {
        System.arraycopy(source, 0, target, 0, target.length);
    }

    /** What is trained, and how. */
    public TrainingPlan plan() {
        return plan;
    }

    /** The agent, which each iteration changes. */
    public Agent agent() {
        return agent;
    }

    /** Returns and lengths of training episodes. */
    public EpisodeStatistics statistics() {
        return collector.statistics();
    }

    /** Number of iterations done. */
    public long iteration() {
        return iteration;
    }

    /** Number of environment steps done, over all environments. */
    public long steps() {
        return steps;
    }

    /** Number of environment steps in one iteration. */
    public int stepsPerIteration() {
        return rollout.size();
    }

    /** Whether the environments can tell their state, so that a resumed session continues bit by bit. */
    public boolean resumesExactly() {
        return exact;
    }

    /** Best deterministic mean return of an evaluation; negative infinity before the first. */
    public double bestReturn() {
        return bestReturn;
    }

    /** Number of environment steps that were done at the last evaluation, 0 before the first. */
    long evaluatedSteps() {
        return evaluatedSteps;
    }

    /** Whether the agent was evaluated as it is now. */
    boolean isEvaluated() {
        return evaluatedSteps == steps;
    }

    /** Deterministic mean return of the last evaluation; negative infinity before the first. */
    double evaluatedReturn() {
        return evaluatedReturn;
    }

    /** Takes in an evaluation's deterministic mean return; returns whether it is the best so far. */
    boolean recordEvaluation(double meanReturn) {
        evaluatedSteps = steps;
        evaluatedReturn = meanReturn;
        boolean best = meanReturn > bestReturn;
        bestReturn = Math.max(bestReturn, meanReturn);
        return best;
    }

    /** Where the time of this training went so far, over all sessions. */
    public TimeSpent timeSpent() {
        return timeBefore.plus(new TimeSpent(
                totalNanos / 1e9,
                collector.environmentNanos() / 1e9,
                collector.inferenceNanos() / 1e9,
                updateNanos / 1e9));
    }

    @Override
    public void close() {
        algorithm.close();
        environments.close();
        workers.close();
    }
}
