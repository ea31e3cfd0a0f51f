package kingfisher.envs.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.InfoSelection;
import kingfisher.envs.Environment;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.registry.Environments;
import kingfisher.envs.wire.ArgumentValues;
import kingfisher.envs.wire.Protocol;
import kingfisher.envs.wire.SpaceLayout;
import kingfisher.envs.wire.SpecificationMessages;
import kingfisher.envs.wire.UnreadableMessageException;

/** Makes groups as requests ask for them; all that can be wrong with a request is found here. */
final class GroupFactory {

    private static final Set<AutoresetMode> MODES = Set.of(
            AutoresetMode.AUTORESET_MODE_NEXT_STEP,
            AutoresetMode.AUTORESET_MODE_SAME_STEP,
            AutoresetMode.AUTORESET_MODE_DISABLED);

    private final Catalog catalog;
    private final Limits limits;

    GroupFactory(Catalog catalog, Limits limits) {
        this.catalog = catalog;
        this.limits = limits;
    }

    /**
     * A group with what its client is told of it.
     *
     * @param response lacks the group's name
     */
    record Made(ServedGroup group, CreateGroupResponse.Builder response) {}

    /**
     * Makes a group.
     *
     * @throws StatusRuntimeException if the request is not accepted; nothing is left open then
     */
    Made make(CreateGroupRequest request) {
        check(request);
        catalog.require(request.getEnvironment());
        long[] seeds = Seeds.of(request.getSeedsList(), request.getCount(), GroupFactory::invalid);
        List<Environment> environments = open(request, arguments(request));
        try {
            return describe(request, environments, seeds);
        } catch (RuntimeException | Error failure) {
            closeAll(environments);
            throw failure;
        }
    }

    private void check(CreateGroupRequest request) {
        if (!Protocol.isCompatible(request.getProtocol())) {
            throw Refusals.of(
                    Status.FAILED_PRECONDITION,
                    "the client speaks protocol " + Protocol.text(request.getProtocol()) + ", the server "
                            + Protocol.text(Protocol.VERSION));
        }
        if (!MODES.contains(request.getAutoreset())) {
            throw invalid("the autoreset mode must be NEXT_STEP, SAME_STEP or DISABLED");
        }
        if (request.getInfos() == InfoSelection.UNRECOGNIZED) {
            throw invalid("the selection of infos must be NONE or ALL");
        }
        if (request.getTimeLimit() < 0) {
            throw invalid(
                    "the time limit must be in 0 … 2147483647: " + Integer.toUnsignedString(request.getTimeLimit()));
        }
        long count = Integer.toUnsignedLong(request.getCount());
        if (count == 0) {
            throw invalid("a group has at least 1 environment: 0");
        }
        if (count > limits.environments()) {
            throw Refusals.of(
                    Status.RESOURCE_EXHAUSTED,
                    "a group of " + count + " environments, but the server's limit is " + limits.environments()
                            + " (--max-environments)");
        }
    }

    private static Map<String, String> arguments(CreateGroupRequest request) {
        Map<String, String> arguments = new LinkedHashMap<>();
        request.getArgumentsMap().forEach((name, value) -> {
            if (Texts.isLong(name)) {
                throw invalid(request.getEnvironment() + ": unknown argument " + Texts.shown(name));
            }
            try {
                arguments.put(name, ArgumentValues.text(name, value));
            } catch (InvalidInputException wrong) {
                throw invalid(request.getEnvironment() + ": " + wrong.getMessage());
            }
        });
        return arguments;
    }

    private static List<Environment> open(CreateGroupRequest request, Map<String, String> arguments) {
        List<Environment> environments = new ArrayList<>();
        try {
            for (int i = 0; i < request.getCount(); i++) {
                environments.add(open(request.getEnvironment(), arguments, request));
            }
            return environments;
        } catch (InvalidInputException wrong) {
            closeAll(environments);
            throw invalid(String.valueOf(wrong.getMessage()));
        } catch (RuntimeException | Error failure) {
            closeAll(environments);
            throw Refusals.of(
                    Status.ABORTED, request.getEnvironment() + " failed when it was made: " + Texts.described(failure));
        }
    }

    private static Environment open(String id, Map<String, String> arguments, CreateGroupRequest request) {
        return request.hasTimeLimit()
                ? Environments.create(id, arguments, timeLimit(request))
                : Environments.create(id, arguments);
    }

    private static OptionalInt timeLimit(CreateGroupRequest request) {
        return request.getTimeLimit() == 0 ? OptionalInt.empty() : OptionalInt.of(request.getTimeLimit());
    }

    private Made describe(CreateGroupRequest request, List<Environment> environments, long[] seeds) {
        EnvironmentSpecification own = environments.get(0).specification();
        EnvironmentSpecification specification = new EnvironmentSpecification(
                own.id(),
                own.observationSpace(),
                own.actionSpace(),
                request.hasTimeLimit() ? timeLimit(request) : own.timeLimit(),
                own.rewardThreshold());
        kingfisher.env.v1.EnvironmentSpecification message = SpecificationMessages.write(specification);
        SpaceLayout observations = SpaceLayout.read(message.getObservationSpace(), "the observation space");
        SpaceLayout actions = SpaceLayout.read(message.getActionSpace(), "the action space");
        requireRoom(request, observations, actions);
        GroupSettings settings = new GroupSettings(
                request.getAutoreset(), request.getInfos() == InfoSelection.INFO_SELECTION_ALL, seeds);
        CreateGroupResponse.Builder response = CreateGroupResponse.newBuilder()
                .setSpecification(message)
                .addAllObservationLeaves(observations.leaves())
                .addAllActionLeaves(actions.leaves())
                .setVectorization("sequential");
        try {
            return new Made(new ServedGroup(environments, observations, actions, settings), response);
        } catch (UnreadableMessageException tooLarge) {
            throw Refusals.of(Status.RESOURCE_EXHAUSTED, own.id() + ": " + tooLarge.getMessage());
        }
    }

    private void requireRoom(CreateGroupRequest request, SpaceLayout observations, SpaceLayout actions) {
        long bytes = StepBatches.largestMessage(observations, actions, request.getCount());
        if (bytes > limits.messageBytes()) {
            throw Refusals.of(
                    Status.RESOURCE_EXHAUSTED,
                    request.getEnvironment() + ": messages of " + request.getCount() + " environments can have " + bytes
                            + " bytes, but the server's limit is " + limits.messageBytes() + " (--max-message-bytes)");
        }
    }

    private static StatusRuntimeException invalid(String message) {
        return Refusals.of(Status.INVALID_ARGUMENT, message);
    }

    private static void closeAll(List<Environment> environments) {
        environments.forEach(Environment::close);
    }
}
