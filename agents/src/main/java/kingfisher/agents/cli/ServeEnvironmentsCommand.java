package kingfisher.agents.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.server.EnvironmentServer;
import kingfisher.envs.server.Limits;
import kingfisher.envs.server.ListenAddress;
import kingfisher.envs.server.ServerSettings;
import kingfisher.envs.server.ServerToken;
import kingfisher.envs.server.TlsFiles;
import kingfisher.envs.wire.TokenPlaces;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves the environments of the registry until it is asked to stop. */
@Command(
        name = "serve-envs",
        description = "Serves the native environments over gRPC until stopped, for trainers in other processes.",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        footer = {
            "",
            "Example: " + Main.PROGRAM + " serve-envs --listen 127.0.0.1:50051",
            "         " + Main.PROGRAM + " train ppo --env grpc://127.0.0.1:50051/CartPole-v1"
        })
final class ServeEnvironmentsCommand implements Callable<Integer> {

    private static final int LONGEST_DRAIN_SECONDS = 86_400;
    private static final int LEAST_MESSAGE_BYTES = 1024;
    private static final int MOST_GROUPS = 4096;
    private static final int MOST_ENVIRONMENTS = 1 << 20;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            required = true,
            description = "HOST:PORT (port 0 picks one) or unix:PATH.")
    private String address = "";

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description =
                    "File with the token that clients must send (default: KINGFISHER_TOKEN, else the user's own, or"
                            + " none where --tls-ca says who clients are).")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--tls-cert",
            paramLabel = "FILE",
            description = "The server's certificate; needed to listen beyond this machine.")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's private key.")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "Certificates that clients' own must be signed by (default: they need none).")
    private Optional<Path> authorities = Optional.empty();

    @Option(
            names = "--allow",
            paramLabel = "GLOB",
            description = "Offer only the ids that match, with * and ?; may be given several times (default: all).")
    private List<String> allowed = List.of();

    @Option(names = "--max-message-bytes", paramLabel = "N", description = "Bytes of one message (default: 67108864).")
    private Optional<String> messageBytes = Optional.empty();

    @Option(names = "--max-groups", paramLabel = "N", description = "Groups at one time (default: 64).")
    private Optional<String> groups = Optional.empty();

    @Option(names = "--max-environments", paramLabel = "N", description = "Environments of one group (default: 1024).")
    private Optional<String> environments = Optional.empty();

    @Option(
            names = "--drain",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "How long groups may go on once it is asked to stop (default: ${DEFAULT-VALUE}).")
    private String drain = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() throws InterruptedException {
        Duration patience = Duration.ofSeconds(OptionValues.wholeNumber("--drain", drain, 0, LONGEST_DRAIN_SECONDS));
        ServerSettings settings = settings();
        try (Interruption interruption = new Interruption()) {
            EnvironmentServer server = EnvironmentServer.start(settings);
            try {
                spec.commandLine().getOut().println("listening on " + server.address());
                interruption.await();
            } finally {
                server.stop(patience);
            }
        }
        return Main.INTERRUPTED;
    }

    private ServerSettings settings() {
        ListenAddress listen = ListenAddress.parse(address);
        Limits limits = new Limits(
                number("--max-message-bytes", messageBytes, LEAST_MESSAGE_BYTES, Integer.MAX_VALUE)
                        .orElse(Limits.DEFAULT.messageBytes()),
                number("--max-groups", groups, 1, MOST_GROUPS).orElse(Limits.DEFAULT.groups()),
                number("--max-environments", environments, 1, MOST_ENVIRONMENTS).orElse(Limits.DEFAULT.environments()));
        Optional<TlsFiles> tls = tls();
        ServerToken tokens = new ServerToken(TokenPlaces.ofProcess());
        Optional<String> given = tokens.given(tokenFile);
        boolean clientsAreKnown = tls.flatMap(TlsFiles::authorities).isPresent();
        Optional<String> token = given.isEmpty() && !clientsAreKnown ? Optional.of(tokens.ofUser()) : given;
        return new ServerSettings(listen, token, tls, allowed, limits, ServerSettings.ATTACH_TIMEOUT);
    }

    private Optional<TlsFiles> tls() {
        OptionValues.requireCertificateWithKey(certificate, key);
        if (certificate.isEmpty() || key.isEmpty()) {
            if (authorities.isPresent()) {
                throw new InvalidInputException("--tls-ca needs --tls-cert and --tls-key");
            }
            return Optional.empty();
        }
        return Optional.of(new TlsFiles(certificate.get(), key.get(), authorities));
    }

    private static Optional<Integer> number(String option, Optional<String> text, int low, int high) {
        return text.map(given -> (int) OptionValues.wholeNumber(option, given, low, high));
    }
}
