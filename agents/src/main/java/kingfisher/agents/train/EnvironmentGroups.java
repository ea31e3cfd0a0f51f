package kingfisher.agents.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.VectorEnvironment;

/** The environments of a training, in groups of one size that step independently of each other. */
final class EnvironmentGroups implements AutoCloseable {

    private static final String STATE = "environment";

    private final List<VectorEnvironment> groups;

    /** Takes the groups over, of which there is at least one. */
    EnvironmentGroups(List<VectorEnvironment> groups) {
        this.groups = List.copyOf(groups);
    }

    List<VectorEnvironment> list() {
        return groups;
    }

    int count() {
        return groups.stream().mapToInt(VectorEnvironment::count).sum();
    }

    EnvironmentSpecification specification() {
        return groups.get(0).specification();
    }

    /** Whether the environments can tell their state. */
    boolean haveSnapshots() {
        return snapshots().isPresent();
    }

    private Optional<List<byte[]>> snapshots() {
        List<byte[]> all = new ArrayList<>();
        for (VectorEnvironment group : groups) {
            Optional<byte[]> snapshot = group.snapshot();
            if (snapshot.isEmpty()) {
                return Optional.empty();
            }
            all.add(snapshot.get());
        }
        return Optional.of(all);
    }

    /** Adds the environments' state to a checkpoint's, if they can tell it: a text, or one for each of several groups. */
    void save(ObjectNode state) {
        List<String> texts = snapshots().orElse(List.of()).stream()
                .map(bytes -> Base64.getEncoder().encodeToString(bytes))
                .toList();
        if (texts.size() == 1) {
            state.put(STATE, texts.get(0));
        } else if (!texts.isEmpty()) {
            ArrayNode array = state.putArray(STATE);
            texts.forEach(array::add);
        }
    }

    /**
     * Sets the environments to the state that a checkpoint has, if it has one.
     *
     * @return whether it has one
     * @throws InvalidInputException if it is damaged or of other environments
     */
    boolean restore(ObjectNode state) {
        if (!state.has(STATE)) {
            return false;
        }
        JsonNode saved = state.required(STATE);
        int found = saved.isArray() ? saved.size() : 1;
        if (found != groups.size()) {
            throw new InvalidInputException(
                    "the state is of " + found + " groups of environments, not of " + groups.size());
        }
        for (int i = 0; i < groups.size(); i++) {
            JsonNode text = saved.isArray() ? saved.path(i) : saved;
            groups.get(i).restore(Base64.getDecoder().decode(text.asText()));
        }
        return true;
    }

    @Override
    public void close() {
        groups.forEach(VectorEnvironment::close);
    }
}
