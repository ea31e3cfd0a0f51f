package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ProgressLineTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, false, StandardCharsets.UTF_8);
    private long now = 77 * SECOND;

    private ProgressLine line(boolean live, int columns, long first, long total) {
        return new ProgressLine(out, new Terminal(live, columns), () -> now, "ppo CartPole-v1", first, total);
    }

    private String taken() {
        out.flush();
        String text = written.toString(StandardCharsets.UTF_8);
        written.reset();
        return text;
    }

    @Test
    void aTerminalShowsABarThatIsDrawnOverItself() {
        ProgressLine line = line(true, 120, 0, 100_000);
        now += SECOND;
        line.update(25_000, 21.47);
        assertThat(taken())
                .isEqualTo("\rppo CartPole-v1   25% [#######-----------------------]  "
                        + "25,000/100,000  25,000 steps/s  return 21.5  ETA 0:03");

        now += SECOND;
        line.update(75_000, 480);
        assertThat(taken())
                .isEqualTo("\rppo CartPole-v1   75% [######################--------]  "
                        + "75,000/100,000  37,500 steps/s  return 480.0  ETA 0:01");
    }

    @Test
    void theEndOfARunEndsTheLine() {
        ProgressLine line = line(true, 120, 0, 100_000);
        now += 4 * SECOND;
        line.finish(100_352, 500);

        assertThat(taken())
                .isEqualTo("\rppo CartPole-v1  100% [##############################]  "
                        + "100,352/100,000  25,088 steps/s  return 500.0  in 0:04\n");
    }

    @Test
    void aShorterLineCoversTheLongerOneBeforeIt() {
        ProgressLine line = line(true, 120, 0, 1000);
        now += SECOND;
        line.update(10, -1234.5);
        int longer = taken().length();
        now += SECOND;
        line.update(20, 1);

        assertThat(taken()).hasSize(longer).endsWith(" ");
    }

    @Test
    void aNarrowerTerminalGetsANarrowerBarThenNoLabelThenNoBarThenReturnAndTimeOnlyThenACutLine() {
        String facts = "25,000/100,000  25,000 steps/s  return 21.5  ETA 0:03";

        assertThat(shownOn(92))
                .isEqualTo("\rppo CartPole-v1   25% [###---------]  " + facts)
                .hasSize(1 + 91);
        assertThat(shownOn(80))
                .isEqualTo("\r 25% [####-------------]  " + facts)
                .hasSize(1 + 79);
        assertThat(shownOn(70)).isEqualTo("\r 25%  " + facts);
        assertThat(shownOn(40)).isEqualTo("\r 25%  return 21.5  ETA 0:03");
        assertThat(shownOn(20)).isEqualTo("\r 25%  return 21.5  ");
        assertThat(shownOn(1)).isEqualTo("\r");
    }

    private String shownOn(int columns) {
        ProgressLine line = line(true, columns, 0, 100_000);
        now += SECOND;
        line.update(25_000, 21.5);
        return taken();
    }

    @Test
    void theTerminalIsDrawnAtMostTenTimesASecond() {
        ProgressLine line = line(true, 120, 0, 100_000);
        now += SECOND;
        line.update(100, 1);
        taken();
        now += SECOND / 20;
        line.update(200, 1);
        assertThat(taken()).isEmpty();
        now += SECOND / 20;
        line.update(300, 1);
        assertThat(taken()).contains("300/100,000");
    }

    @Test
    void elsewhereAPlainLineComesEveryFiveSecondsAndAtTheEnd() {
        ProgressLine line = line(false, 120, 0, 10_000_000);
        now += 4 * SECOND;
        line.update(1_000, 1);
        assertThat(taken()).isEmpty();
        now += SECOND;
        line.update(2_000, Double.NaN);
        assertThat(taken()).isEqualTo("ppo CartPole-v1  0%  2,000/10,000,000  400 steps/s  return -  ETA 6:56:35\n");
        now += SECOND;
        line.finish(3_000, 9);
        assertThat(taken()).isEqualTo("ppo CartPole-v1  0%  3,000/10,000,000  500 steps/s  return 9.0  in 0:06\n");
    }

    @Test
    void aRunThatGoesOnCountsItsSpeedFromWhereItWas() {
        ProgressLine line = line(false, 120, 50_000, 100_000);
        now += 10 * SECOND;
        line.update(60_000, 1);

        assertThat(taken()).contains("60%  60,000/100,000  1,000 steps/s").endsWith("ETA 0:40\n");
    }

    @Test
    void withoutAStepThereIsNoEstimate() {
        ProgressLine line = line(false, 120, 0, 100_000);
        now += 10 * SECOND;
        line.update(0, Double.NaN);

        assertThat(taken()).endsWith("0 steps/s  return -  ETA -:--\n");
    }

    @Test
    void otherLinesStandAboveTheProgress() {
        ProgressLine live = line(true, 60, 0, 100);
        live.print("hello");
        assertThat(taken()).isEqualTo("\rhello\n");
        now += SECOND;
        live.update(50, 1);
        String shown = taken().substring(1);
        live.print("evaluation: 21.0");
        assertThat(taken()).isEqualTo("\revaluation: 21.0" + " ".repeat(shown.length() - 16) + "\n" + shown);

        line(false, 60, 0, 100).print("hello");
        assertThat(taken()).isEqualTo("hello\n");
    }

    @Test
    void aTerminalTellsItsWidth() {
        assertThat(Terminal.of("24 132\n", "xterm", 80)).isEqualTo(new Terminal(true, 132));
        assertThat(Terminal.of("0 0\n", "xterm", 90)).isEqualTo(new Terminal(true, 90));
        assertThat(Terminal.of("24 132\n", "dumb", 80)).isEqualTo(new Terminal(false, 132));
        assertThat(Terminal.of("", "xterm", 80)).isEqualTo(new Terminal(false, 80));
    }

    @Test
    void theWidthOfATerminalIsThatOfTheVariableOrEighty() {
        assertThat(Terminal.columns("132")).isEqualTo(132);
        assertThat(Terminal.columns(null)).isEqualTo(80);
        assertThat(Terminal.columns("wide")).isEqualTo(80);
        assertThat(Terminal.columns("0")).isEqualTo(80);
    }
}
