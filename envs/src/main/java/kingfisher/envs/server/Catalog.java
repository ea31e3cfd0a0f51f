package kingfisher.envs.server;

import io.grpc.Status;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kingfisher.envs.InvalidInputException;
import kingfisher.envs.NearestNames;
import kingfisher.envs.registry.EnvironmentRegistration;
import kingfisher.envs.registry.Environments;

/** The environments that a server offers: the registered ones whose ids match a pattern. */
final class Catalog {

    private final List<Pattern> allowed;

    /**
     * Offers what matches one of the patterns, with {@code *} and {@code ?}; all if there are none.
     *
     * @throws InvalidInputException if nothing matches one of them
     */
    Catalog(List<String> patterns) {
        this.allowed = patterns.stream().map(Catalog::pattern).toList();
        for (int i = 0; i < patterns.size(); i++) {
            Pattern pattern = allowed.get(i);
            if (registered().noneMatch(id -> pattern.matcher(id).matches())) {
                throw new InvalidInputException(
                        "--allow " + Texts.oneLine(patterns.get(i)) + ": no registered environment has such an id");
            }
        }
    }

    private static Stream<String> registered() {
        return Environments.registrations().stream().map(EnvironmentRegistration::id);
    }

    private static Pattern pattern(String glob) {
        return Pattern.compile(glob.codePoints()
                .mapToObj(character -> switch (character) {
                    case '*' -> ".*";
                    case '?' -> ".";
                    default -> Pattern.quote(Character.toString(character));
                })
                .collect(Collectors.joining()));
    }

    /** The ids that are offered. */
    List<String> ids() {
        return registered()
                .filter(id -> allowed.isEmpty()
                        || allowed.stream()
                                .anyMatch(pattern -> pattern.matcher(id).matches()))
                .toList();
    }

    /**
     * Checks that an environment is offered.
     *
     * @throws io.grpc.StatusRuntimeException NOT_FOUND if it is not
     */
    void require(String id) {
        List<String> offered = ids();
        if (!offered.contains(id)) {
            String hint = Texts.isLong(id) ? "" : NearestNames.hint(id, offered);
            throw Refusals.of(Status.NOT_FOUND, "this server offers no environment " + Texts.shown(id) + hint);
        }
    }
}
