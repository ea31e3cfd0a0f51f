package kingfisher.agents.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import kingfisher.agents.settings.AlgorithmSettings;
import kingfisher.agents.settings.ConfigFile;
import kingfisher.agents.settings.Presets;
import kingfisher.agents.settings.Setting;
import kingfisher.agents.settings.SettingGroup;
import kingfisher.agents.settings.Settings;
import kingfisher.agents.settings.SettingsResolver;
import kingfisher.envs.remote.EnvironmentOpener;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists the settings of an algorithm. */
@Command(
        name = "settings",
        description = "Lists what can be set of an algorithm: keys, defaults, what is accepted, what each does.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class SettingsCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "ALGORITHM",
            completionCandidates = Algorithms.class,
            description = "One of: ${COMPLETION-CANDIDATES}.")
    private String algorithm = "";

    @Option(
            names = "--env",
            paramLabel = "ID",
            description = "Show the values that the preset of this environment gives.")
    private Optional<String> environment = Optional.empty();

    @Mixin
    private RemoteOptions remote = new RemoteOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        AlgorithmSettings settings = AlgorithmSettings.find(algorithm);
        Optional<ConfigFile> preset = environment.flatMap(id -> Presets.find(algorithm, id));
        if (environment.isPresent() && preset.isEmpty()) {
            requireEnvironment(environment.get());
        }
        Settings values = SettingsResolver.resolve(settings, preset, Optional.empty(), List.of());
        Set<String> ofPreset = preset.map(file -> file.entries().keySet()).orElse(Set.of());
        PrintWriter out = spec.commandLine().getOut();
        for (SettingGroup group : settings.settings().groups()) {
            out.println(group.title());
            for (Setting<?> setting : group.settings()) {
                String value = values.texts().get(setting.key());
                String note = ofPreset.contains(setting.key()) ? "  (" + values.source(setting) + ")" : "";
                out.println("  " + setting.key() + ": " + value + note);
                out.println("      " + setting.description());
                out.println("      accepted: " + setting.accepted());
            }
            out.println();
        }
        out.println("Set one with --set KEY=VALUE, or some in a file of such lines, KEY: VALUE, with --config FILE.");
        out.println("Presets (--env ID shows one, train --preset NAME takes one): "
                + String.join(", ", Presets.names(algorithm)));
        return 0;
    }

    /** An unknown name is no environment without a preset. */
    private void requireEnvironment(String id) {
        try (EnvironmentOpener opener = remote.open()) {
            opener.specification(id, Map.of());
        }
    }
}
