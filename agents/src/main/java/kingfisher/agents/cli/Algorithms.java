package kingfisher.agents.cli;

import java.util.ArrayList;
import kingfisher.agents.settings.AlgorithmSettings;

/** The names that stand for ALGORITHM, for help. */
final class Algorithms extends ArrayList<String> {

    private static final long serialVersionUID = 1;

    Algorithms() {
        super(AlgorithmSettings.names());
    }
}
