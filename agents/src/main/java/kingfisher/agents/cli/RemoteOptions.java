package kingfisher.agents.cli;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.remote.ConnectionOptions;
import kingfisher.envs.remote.EnvironmentOpener;
import picocli.CommandLine.Option;

/** The options that say how environments in other processes are reached; native ones need none of them. */
final class RemoteOptions {

    private static final Pattern MODULE = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*(\\.[\\p{L}_][\\p{L}\\p{N}_]*)*");
    private static final int MOST_SERVERS = 1024;
    private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(1_000_000);

    @Option(
            names = "--python",
            paramLabel = "PATH",
            description = "Python that runs gym: environments (default: KINGFISHER_PYTHON, else python3).")
    private Optional<String> python = Optional.empty();

    @Option(
            names = "--python-import",
            paramLabel = "MODULE",
            description = "Python module that registers environments of one's own; may be given several times.")
    private List<String> imports = List.of();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "File with the token that a server asks for (default: KINGFISHER_TOKEN, else the user's own"
                    + " on this machine).")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "Certificates that a grpcs: server must be signed by (default: those that Java trusts).")
    private Optional<Path> authorities = Optional.empty();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Own certificate, for servers that ask for one.")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Private key of the own certificate.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--environment-timeout",
            paramLabel = "SECONDS",
            description = "How long a reset or step of a remote environment may take (default: 60).")
    private Optional<String> timeout = Optional.empty();

    @Option(
            names = "--environment-servers",
            paramLabel = "N",
            description = "Processes that share the gym: environments of a group (default: one a core).")
    private Optional<String> servers = Optional.empty();

    /**
     * Returns an opener of environments; nothing is started or connected yet.
     *
     * @throws InvalidInputException if an option is wrong
     */
    EnvironmentOpener open() {
        for (String module : imports) {
            if (!MODULE.matcher(module).matches()) {
                throw new InvalidInputException(
                        "--python-import must be the name of a module: " + OptionValues.shown(module));
            }
        }
        tokenFile.ifPresent(file -> requireReadable("--token-file", file));
        authorities.ifPresent(file -> requireReadable("--tls-ca", file));
        certificate.ifPresent(file -> requireReadable("--tls-cert", file));
        key.ifPresent(file -> requireReadable("--tls-key", file));
        OptionValues.requireCertificateWithKey(certificate, key);
        return new EnvironmentOpener(new ConnectionOptions(
                python,
                imports,
                tokenFile,
                authorities,
                certificate,
                key,
                timeout.map(RemoteOptions::duration).orElse(ConnectionOptions.DEFAULT_TIMEOUT),
                servers.map(text -> OptionalInt.of(
                                (int) OptionValues.wholeNumber("--environment-servers", text, 1, MOST_SERVERS)))
                        .orElse(OptionalInt.empty())));
    }

    private static void requireReadable(String option, Path file) {
        String problem = "";
        if (!Files.exists(file)) {
            problem = "there is no such file";
        } else if (Files.isDirectory(file)) {
            problem = "it is a folder";
        } else if (!Files.isReadable(file)) {
            problem = "no permission";
        }
        if (!problem.isEmpty()) {
            throw new InvalidInputException(option + " must be a file that can be read: "
                    + OptionValues.shown(file.toString()) + " (" + problem + ")");
        }
    }

    private static Duration duration(String text) {
        try {
            BigDecimal seconds = new BigDecimal(text.strip());
            Duration duration = seconds.signum() > 0 && seconds.compareTo(MOST_SECONDS) <= 0
                    ? Duration.ofNanos(seconds.movePointRight(9).longValue())
                    : Duration.ZERO;
            if (!duration.isZero()) {
                return duration;
            }
        } catch (NumberFormatException noNumber) {
            // reported below
        }
        throw new InvalidInputException("--environment-timeout must be a number of seconds greater than 0 and at most "
                + MOST_SECONDS + ": " + OptionValues.shown(text));
    }

    /** Returns the options as they were given, for a command that goes on with the same environments. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        python.ifPresent(value -> arguments.addAll(List.of("--python", value)));
        imports.forEach(value -> arguments.addAll(List.of("--python-import", value)));
        tokenFile.ifPresent(value -> arguments.addAll(List.of("--token-file", value.toString())));
        authorities.ifPresent(value -> arguments.addAll(List.of("--tls-ca", value.toString())));
        certificate.ifPresent(value -> arguments.addAll(List.of("--tls-cert", value.toString())));
        key.ifPresent(value -> arguments.addAll(List.of("--tls-key", value.toString())));
        timeout.ifPresent(value -> arguments.addAll(List.of("--environment-timeout", value)));
        servers.ifPresent(value -> arguments.addAll(List.of("--environment-servers", value)));
        return arguments;
    }
}
