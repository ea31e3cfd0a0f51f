package kingfisher.agents.settings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;

/** The settings that one algorithm has, in order, with the defaults in which it differs from the others. */
public final class SettingSet {
    private final List<SettingGroup> groups;
    private final Map<String, Setting<?>> byKey;
    private final Map<Setting<?>, Object> ownDefaults;

    private SettingSet(List<SettingGroup> groups, Map<Setting<?>, Object> ownDefaults) {
        this.groups = List.copyOf(groups);
        this.ownDefaults = Map.copyOf(ownDefaults);
        this.byKey = new LinkedHashMap<>();
        for (SettingGroup group : groups) {
            for (Setting<?> setting : group.settings()) {
                if (byKey.put(setting.key(), setting) != null) {
                    throw new IllegalArgumentException("two settings have the key " + setting.key());
                }
            }
        }
    }

    static SettingSet of(SettingGroup... groups) {
        return new SettingSet(List.of(groups), Map.of());
    }

    /** Returns the same settings where the one named has another default. */
    <T> SettingSet withDefault(Setting<T> setting, T value) {
        requireMember(setting);
        Map<Setting<?>, Object> defaults = new LinkedHashMap<>(ownDefaults);
        defaults.put(setting, setting.check(value));
        return new SettingSet(groups, defaults);
    }

    /** Returns the groups in the order in which help and files show them. */
    public List<SettingGroup> groups() {
        return groups;
    }

    /** Returns all keys, in order. */
    public Set<String> keys() {
        return Collections.unmodifiableSet(byKey.keySet());
    }

    /**
     * Returns the setting with the key.
     *
     * @throws InvalidInputException if there is none; the message names those nearest to it
     */
    public Setting<?> find(String key) {
        Setting<?> setting = byKey.get(key);
        if (setting == null) {
            List<String> nearest = NearestNames.of(key, byKey.keySet());
            String hint = nearest.isEmpty() ? "" : "; nearest: " + String.join(", ", nearest);
            throw new InvalidInputException("unknown setting: " + Quoted.of(key) + hint);
        }
        return setting;
    }

    /** Returns what holds for the setting where nobody sets it. */
    @SuppressWarnings("unchecked") // withDefault puts a T under a Setting<T>
    public <T> T defaultOf(Setting<T> setting) {
        requireMember(setting);
        return (T) ownDefaults.getOrDefault(setting, setting.defaultValue());
    }

    void requireMember(Setting<?> setting) {
        if (byKey.get(setting.key()) != setting) {
            throw new IllegalArgumentException("no setting of this algorithm: " + setting.key());
        }
    }
}
