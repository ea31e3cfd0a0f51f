package kingfisher.agents.settings;

import java.util.List;

/** Settings that belong together, under the title that help and files show. */
public record SettingGroup(String title, List<Setting<?>> settings) {
    /** Keeps a copy of the list. */
    public SettingGroup {
        settings = List.copyOf(settings);
    }

    static SettingGroup of(String title, Setting<?>... settings) {
        return new SettingGroup(title, List.of(settings));
    }
}
