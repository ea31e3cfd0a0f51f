package kingfisher.agents.policy;

import java.util.List;
import kingfisher.envs.CompositeSpace;
import kingfisher.envs.Space;

/** Spaces seen as the parts that they are made of. */
final class SpaceParts {

    private SpaceParts() {}

    /** Returns the parts of a composite space; any other space is its only part, without a name. */
    static List<CompositeSpace.Part> of(Space space) {
        return space instanceof CompositeSpace composite
                ? composite.parts()
                : List.of(new CompositeSpace.Part("", space));
    }
}
