package kingfisher.envs.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;
import kingfisher.envs.SequentialVectorEnvironment;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.wrapper.OrderEnforcing;
import kingfisher.envs.wrapper.TimeLimit;

/** Opens environments by their ids, with the time limit and the order checks that belong to them. */
public final class Environments {

    private final Map<String, EnvironmentRegistration> byId = new TreeMap<>();

    /**
     * A registry of what {@code providers} offer.
     *
     * @throws InvalidInputException if two of them register one id
     */
    Environments(Iterable<? extends EnvironmentProvider> providers) {
        Map<String, EnvironmentProvider> owners = new TreeMap<>();
        for (EnvironmentProvider provider : providers) {
            for (EnvironmentRegistration registration : provider.registrations()) {
                EnvironmentProvider other = owners.putIfAbsent(registration.id(), provider);
                if (other != null) {
                    throw new InvalidInputException("environment " + registration.id() + " is registered twice: by "
                            + other.getClass().getName() + " and by "
                            + provider.getClass().getName());
                }
                byId.put(registration.id(), registration);
            }
        }
    }

    private static Environments load() {
        try {
            return new Environments(ServiceLoader.load(EnvironmentProvider.class));
        } catch (ServiceConfigurationError e) {
            throw new InvalidInputException("a provider of environments cannot be loaded: " + e.getMessage());
        }
    }

    /** All registered environments, sorted by id. */
    public static List<EnvironmentRegistration> registrations() {
        return List.copyOf(load().all());
    }

    /**
     * Opens an environment.
     *
     * @param arguments values for some of its arguments, by name
     * @throws InvalidInputException if there is no such environment, or an argument is unknown or not accepted
     */
    public static Environment create(String id, Map<String, String> arguments) {
        return load().open(id, arguments);
    }

    /**
     * Opens an environment with another time limit than its own, which its specification may still name.
     *
     * @param timeLimit the step of an episode at which it is truncated; empty: never
     * @throws InvalidInputException as {@link #create(String, Map)}, or if the limit is less than 1
     */
    public static Environment create(String id, Map<String, String> arguments, OptionalInt timeLimit) {
        if (timeLimit.isPresent() && timeLimit.getAsInt() < 1) {
            throw new InvalidInputException(id + ": the time limit must be at least 1: " + timeLimit.getAsInt());
        }
        return load().open(id, arguments, own -> timeLimit);
    }

    /**
     * Opens a group of {@code count} environments that are stepped on the calling thread.
     *
     * @throws InvalidInputException as {@link #create}, or if {@code count} is less than 1
     */
    public static VectorEnvironment createVector(String id, Map<String, String> arguments, int count) {
        if (count < 1) {
            throw new InvalidInputException("the number of environments must be at least 1: " + count);
        }
        Environments registry = load();
        List<Environment> environments = new ArrayList<>(count);
        try {
            for (int i = 0; i < count; i++) {
                environments.add(registry.open(id, arguments));
            }
        } catch (RuntimeException e) {
            environments.forEach(Environment::close);
            throw e;
        }
        return new SequentialVectorEnvironment(environments);
    }

    /**
     * What is known of an environment before its first step.
     *
     * @throws InvalidInputException as {@link #create}
     */
    public static EnvironmentSpecification specification(String id, Map<String, String> arguments) {
        try (Environment environment = create(id, arguments)) {
            return environment.specification();
        }
    }

    Collection<EnvironmentRegistration> all() {
        return byId.values();
    }

    Environment open(String id, Map<String, String> arguments) {
        return open(id, arguments, limit -> limit);
    }

    private Environment open(String id, Map<String, String> arguments, UnaryOperator<OptionalInt> timeLimit) {
        EnvironmentRegistration registration = find(id);
        Environment environment = registration.factory().create(new EnvironmentArguments(registration, arguments));
        EnvironmentSpecification specification = environment.specification();
        if (!specification.id().equals(id)) {
            throw new IllegalStateException(
                    "the environment registered as " + id + " calls itself " + specification.id());
        }
        Environment ordered = new OrderEnforcing(environment);
        OptionalInt limit = timeLimit.apply(specification.timeLimit());
        return limit.isPresent() ? new TimeLimit(ordered, limit.getAsInt()) : ordered;
    }

    private EnvironmentRegistration find(String id) {
        EnvironmentRegistration registration = byId.get(id);
        if (registration == null) {
            throw new InvalidInputException("unknown environment " + id + NearestNames.hint(id, byId.keySet()));
        }
        return registration;
    }
}
