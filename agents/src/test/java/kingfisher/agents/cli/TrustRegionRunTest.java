package kingfisher.agents.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import kingfisher.agents.run.RunFolder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run with trust regions that diverges stops with one line, and what it has saved can be used. */
class TrustRegionRunTest {

    @TempDir
    private Path parent;

    @Test
    void aDivergenceThatExplodesStopsTheRunAndTheLastCheckpointIsSound() {
        Path run = parent.resolve("run");
        Program.Outcome outcome = Program.run(
                "train",
                "trpo",
                "--env",
                "Pendulum-v1",
                "--quiet",
                "--seed",
                "3",
                "--run",
                run.toString(),
                "--set",
                "environments=2",
                "--set",
                "rollout-steps=64",
                "--set",
                "critic-minibatch-size=64",
                "--set",
                "hidden=8",
                "--set",
                "max-kl=1e300",
                "--set",
                "line-search-steps=0");

        assertThat(outcome.code()).isEqualTo(Main.FAILED);
        assertThat(outcome.err())
                .hasLineCount(1)
                .matches("the run stopped after 0 steps: the .* of the policy.* after a step without a line search is "
                        + "(NaN|Infinity): learning diverged; a smaller max-kl or a larger cg-damping may keep it on its"
                        + " way; go on from the last checkpoint with: java -jar agents.jar resume " + run
                        + "\\n");
        assertThat(new RunFiles(run).status()).isEqualTo("failed");
        RunFolder.ofExistingRun(run)
                .lastCheckpoint()
                .read()
                .tensors()
                .forEach((name, tensor) -> assertThat(tensor.numbers()).as(name).allMatch(Double::isFinite));
        Program.Outcome evaluation = Program.run("evaluate", run.toString(), "--episodes", "1");
        assertThat(evaluation.code()).as(evaluation.err()).isZero();
    }
}
