package kingfisher.agents.settings;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import kingfisher.envs.InvalidInputException;

/** A value for each setting of an algorithm, and where each value came from. Immutable. */
public final class Settings {
    private static final String DEFAULT = "default";
    private static final String CODE = "program";

    private record Entry(Object value, String source) {}

    private final SettingSet set;
    private final Map<Setting<?>, Entry> entries; // without those left at their default

    private Settings(SettingSet set, Map<Setting<?>, Entry> entries) {
        this.set = set;
        this.entries = entries;
    }

    /** Returns the defaults. */
    static Settings defaults(SettingSet set) {
        return new Settings(set, Map.of());
    }

    /** Returns the declared settings of which this holds the values. */
    public SettingSet set() {
        return set;
    }

    /**
     * Returns the value of the setting.
     *
     * @throws IllegalArgumentException if the algorithm has no such setting
     */
    @SuppressWarnings("unchecked") // with() puts a T under a Setting<T>
    public <T> T get(Setting<T> setting) {
        set.requireMember(setting);
        Entry entry = entries.get(setting);
        return entry == null ? set.defaultOf(setting) : (T) entry.value();
    }

    /** Returns where the value came from: "default", a file with the line, or an option. */
    public String source(Setting<?> setting) {
        set.requireMember(setting);
        Entry entry = entries.get(setting);
        return entry == null ? DEFAULT : entry.source();
    }

    /** Returns the exception for a value that does not fit the others: the rule, the value and where it came from. */
    <T> InvalidInputException wrong(Setting<T> setting, String rule) {
        return new InvalidInputException(rule + ": " + setting.print(get(setting)) + " (" + source(setting) + ")");
    }

    /**
     * Returns these settings with another value for one.
     *
     * @throws kingfisher.envs.InvalidInputException if the setting does not accept the value
     * @throws IllegalArgumentException if the algorithm has no such setting
     */
    public <T> Settings with(Setting<T> setting, T value) {
        return put(setting, setting.check(value), CODE);
    }

    /**
     * Returns these settings with what the text stands for under the key.
     *
     * @param source where the text came from, for messages
     * @throws kingfisher.envs.InvalidInputException if the key is unknown or does not accept the text
     */
    public Settings with(String key, String text, String source) {
        Setting<?> setting = set.find(key);
        return put(setting, setting.parse(text), source);
    }

    /** Returns the text of each value under its key, in the order of declaration. */
    public Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        set.groups().forEach(group -> group.settings().forEach(setting -> texts.put(setting.key(), text(setting))));
        return texts;
    }

    /** Returns all values as flat YAML that a run can be configured with, groups and sources in comments. */
    public String toYaml() {
        StringBuilder yaml = new StringBuilder();
        for (SettingGroup group : set.groups()) {
            yaml.append(yaml.isEmpty() ? "# " : "\n# ").append(group.title()).append('\n');
            for (Setting<?> setting : group.settings()) {
                yaml.append(setting.key()).append(": ").append(text(setting));
                if (entries.containsKey(setting)) {
                    yaml.append("  # ").append(Quoted.of(source(setting)));
                }
                yaml.append('\n');
            }
        }
        return yaml.toString();
    }

    private <T> String text(Setting<T> setting) {
        return setting.print(get(setting));
    }

    private Settings put(Setting<?> setting, Object value, String source) {
        set.requireMember(setting);
        Map<Setting<?>, Entry> changed = new HashMap<>(entries);
        changed.put(setting, new Entry(value, source));
        return new Settings(set, changed);
    }
}
