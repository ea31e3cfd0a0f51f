package kingfisher.experiments.suite;

/** By which number a run of a task is judged. */
public enum Score {
    /** The mean return of the last policy's most probable actions. */
    LAST_POLICY,
    /** The mean return of the last hundred training episodes, whose actions are drawn from the policy while it learns. */
    LAST_TRAINING_EPISODES;

    /** Returns a completed run's number. */
    public double of(RunMeasures measures) {
        return switch (this) {
            case LAST_POLICY -> measures.deterministic().mean();
            case LAST_TRAINING_EPISODES -> measures.last100TrainingReturns();
        };
    }
}
