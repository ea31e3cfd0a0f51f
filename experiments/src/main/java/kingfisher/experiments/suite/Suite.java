package kingfisher.experiments.suite;

import java.util.HashSet;
import java.util.List;

/**
 * Training runs that together answer a question.
 *
 * @param name what the command line calls it
 * @param description one sentence
 */
public record Suite(String name, String description, List<Task> tasks) {

    /** Keeps a copy of the tasks, and checks that no run is there twice. */
    public Suite {
        tasks = List.copyOf(tasks);
        List<RunKey> runs = tasks.stream().flatMap(task -> task.runs().stream()).toList();
        if (new HashSet<>(runs).size() < runs.size()) {
            throw new IllegalArgumentException("suite " + name + " has a run twice");
        }
    }

    /** Returns all runs, task by task. */
    public List<RunKey> runs() {
        return tasks.stream().flatMap(task -> task.runs().stream()).toList();
    }

    /**
     * Returns the task of a run.
     *
     * @throws IllegalArgumentException if the suite has no such run
     */
    public Task taskOf(RunKey run) {
        return tasks.stream()
                .filter(task -> task.runs().contains(run))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("suite " + name + " has no run " + run));
    }
}
