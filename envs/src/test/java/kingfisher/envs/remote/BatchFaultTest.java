package kingfisher.envs.remote;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.FinalRows;
import kingfisher.env.v1.InfoColumn;
import kingfisher.env.v1.Infos;
import kingfisher.env.v1.StepBatch;
import kingfisher.env.v1.Tensor;
import kingfisher.env.v1.Texts;
import kingfisher.envs.wire.Numbers;
import org.junit.jupiter.api.Test;

/** Servers whose batches are not what the contract says. */
class BatchFaultTest extends ScriptedTest {

    private static final ByteString ONE_ENDS = ByteString.copyFrom(new byte[] {0, 1});

    /** The answer to a reset fails the group before it was in use, that to a step after. */
    private void assertBroken(Consumer<StepBatch.Builder> change, String... texts) {
        change(RESET, change);
        assertResetFails(told(texts));
        server.at(RESET, Reaction.valid());
        change(STEP, change);
        assertStepFails(told(texts));
        server.at(STEP, Reaction.valid());
    }

    private String[] told(String... texts) {
        String[] all = Arrays.copyOf(texts, texts.length + 1);
        all[texts.length] = "the server at " + server.endpoint() + " breaks the protocol: ";
        return all;
    }

    private void assertObservation(Consumer<Tensor.Builder> change, String found) {
        assertBroken(
                batch -> change.accept(batch.getObservationsBuilder(0)),
                "the observations must be float64 [2, 1] in 16 bytes, not " + found);
    }

    @Test
    void tensorsAgreeExactlyInTypeShapeAndBytes() {
        assertBroken(StepBatch.Builder::clearObservations, "the observations must be 1 tensor, not 0");
        assertBroken(
                batch -> batch.addObservations(batch.getObservations(0)), "the observations must be 1 tensor, not 2");
        assertObservation(
                tensor -> tensor.setType(DataType.DATA_TYPE_FLOAT32).setData(ByteString.copyFrom(new byte[8])),
                "float32 [2, 1] in 8 bytes");
        assertObservation(tensor -> tensor.setTypeValue(99), "an unknown type [2, 1] in 16 bytes");
        assertObservation(tensor -> tensor.setShape(0, 1).setShape(1, 2), "float64 [1, 2] in 16 bytes");
        assertObservation(Tensor.Builder::clearShape, "float64 [] in 16 bytes");
        assertObservation(tensor -> tensor.addShape(1), "float64 [2, 1, 1] in 16 bytes");
        assertObservation(tensor -> tensor.setData(ByteString.copyFrom(new byte[15])), "float64 [2, 1] in 15 bytes");
        assertObservation(Tensor.Builder::clear, "unspecified [] in 0 bytes");
    }

    @Test
    void rewardsAreANumberARow() {
        assertBroken(
                batch -> batch.setRewards(ByteString.copyFrom(new byte[8])), "the rewards must be 16 bytes, not 8");
        assertBroken(StepBatch.Builder::clearRewards, "the rewards must be 16 bytes, not 0");
    }

    @Test
    void flagsAreAByteARow() {
        ByteString three = ValidAnswers.flags(3, false);
        ByteString wrong = ByteString.copyFrom(new byte[] {0, (byte) 255});

        assertBroken(batch -> batch.setTerminated(three), "the flags terminated must be 2 bytes, not 3");
        assertBroken(batch -> batch.setTruncated(three), "the flags truncated must be 2 bytes, not 3");
        assertBroken(StepBatch.Builder::clearResetRows, "the reset rows must be 2 bytes, not 0");
        assertBroken(batch -> batch.setTerminated(wrong), "the flags terminated: a flag must be 0 or 1, not 255");
        assertBroken(batch -> batch.setTruncated(wrong), "a flag must be 0 or 1, not 255");
        assertBroken(batch -> batch.setResetRows(wrong), "a flag must be 0 or 1, not 255");
    }

    @Test
    void aResetHasNeitherRewardNorEnd() {
        change(RESET, batch -> batch.setRewards(Numbers.write(new double[] {0, 0.5})));
        assertResetFails(told("a reset gives a reward, or an end, to environment 1"));

        change(RESET, batch -> batch.setRewards(Numbers.write(new double[] {Double.NaN, 0})));
        assertResetFails(told("a reset gives a reward, or an end, to environment 0"));

        change(RESET, batch -> batch.setTerminated(ONE_ENDS));
        assertResetFails(told("a reset gives a reward, or an end, to environment 1"));

        change(RESET, batch -> batch.setTruncated(ONE_ENDS));
        assertResetFails(told("a reset gives a reward, or an end, to environment 1"));
    }

    /** Whether a number is finite is for the trainer to say, which names the environment, the step and what to do. */
    @Test
    void numbersThatAreNoneArePassedOn() {
        double[] numbers = {Double.NaN, Double.NEGATIVE_INFINITY};
        change(RESET, batch -> batch.getObservationsBuilder(0).setData(Numbers.write(numbers)));
        change(
                STEP,
                batch -> batch.setRewards(Numbers.write(numbers))
                        .getObservationsBuilder(0)
                        .setData(Numbers.write(numbers)));
        try (RemoteGroup group = open()) {
            reset(group);
            assertThat(step.observations()).isEqualTo(numbers);
            step(group);
            assertThat(step.observations()).isEqualTo(numbers);
            assertThat(step.rewards()).isEqualTo(numbers);
            step(group);
            assertThat(step.rewards()).containsOnly(1);
        }
    }

    private static FinalRows.Builder finals(Integer... rows) {
        return FinalRows.newBuilder()
                .addAllRows(List.of(rows))
                .addObservations(Tensor.newBuilder()
                        .setType(DataType.DATA_TYPE_FLOAT64)
                        .addShape(rows.length)
                        .addShape(1)
                        .setData(Numbers.write(new double[rows.length])));
    }

    private void assertFinals(Consumer<StepBatch.Builder> change, String text) {
        change(STEP, change);
        assertStepFails(told(text));
    }

    @Test
    void lastObservationsComeForTheEpisodesThatEndedOnly() {
        assertFinals(
                batch -> batch.setTerminated(ONE_ENDS), "final observations come with 0 rows, but 1 episodes ended");
        assertFinals(batch -> batch.setFinal(finals(1)), "final observations come, but no episode ended");
        assertFinals(
                batch -> batch.setFinal(FinalRows.getDefaultInstance()),
                "final observations come, but no episode ended");
        assertFinals(
                batch -> batch.setTruncated(ONE_ENDS).setFinal(finals(0)),
                "a final observation comes for row 0, but the episode of row 1 ended");
        assertFinals(
                batch -> batch.setTruncated(ONE_ENDS).setFinal(finals(-1)),
                "a final observation comes for row 4294967295, but the episode of row 1 ended");
        assertFinals(
                batch -> batch.setTerminated(ValidAnswers.flags(COUNT, true)).setFinal(finals(1, 0)),
                "a final observation comes for row 1, but the episode of row 0 ended");
        assertFinals(
                batch -> batch.setTerminated(ONE_ENDS)
                        .setFinal(finals(1).setObservations(0, finals(0, 1).getObservations(0))),
                "the observations must be float64 [1, 1] in 8 bytes, not float64 [2, 1] in 16 bytes");
    }

    @Test
    void lastObservationsBelongToTheModeThatNeedsThem() {
        change(STEP, batch -> batch.setTerminated(ONE_ENDS).setFinal(finals(1)));
        for (AutoresetMode mode :
                List.of(AutoresetMode.AUTORESET_MODE_NEXT_STEP, AutoresetMode.AUTORESET_MODE_DISABLED)) {
            assertStepFails(open(mode), told("final observations come, but no episode ended"));
        }
        change(RESET, batch -> batch.setFinal(finals(1)));
        assertResetFails(told("final observations come, but no episode ended"));
    }

    private void assertInfo(InfoColumn.Builder column, String text) {
        Infos infos = Infos.newBuilder().addColumns(column).build();
        assertBroken(batch -> batch.setInfos(infos), text);
        change(STEP, batch -> batch.setTerminated(ONE_ENDS).setFinal(finals(1).setInfos(infos)));
        assertStepFails(told(text.replace("has not 2 rows", "has not 1 rows")));
        server.at(STEP, Reaction.valid());
    }

    private static InfoColumn.Builder column(int rows) {
        return InfoColumn.newBuilder().addPath("a\nb").setPresent(ValidAnswers.flags(rows, true));
    }

    @Test
    void infosHaveAnEntryARow() {
        String text = "the info [a b] has not 2 rows";

        assertInfo(column(3), text);
        assertInfo(InfoColumn.newBuilder().addPath("a\nb"), text);
        assertInfo(column(2).setTensor(Tensor.newBuilder().addShape(3)), text);
        assertInfo(column(2).setTensor(Tensor.getDefaultInstance()), text);
        assertInfo(column(2).setTexts(Texts.getDefaultInstance()), text);
        assertInfo(column(2).setTexts(Texts.newBuilder().addAllValues(List.of("a", "b", "c"))), text);
    }

    @Test
    void infosOfEveryKindAreHandedOver() {
        Infos last = ValidAnswers.infos(1);
        change(STEP, batch -> batch.setTerminated(ONE_ENDS).setFinal(finals(1).setInfos(last)));
        try (RemoteGroup group = open()) {
            assertThat(reset(group).getInfos()).isEqualTo(ValidAnswers.infos(COUNT));
            StepBatch batch = step(group);
            assertThat(batch.getInfos()).isEqualTo(ValidAnswers.infos(COUNT));
            assertThat(batch.getFinal().getInfos()).isEqualTo(last);
            assertThat(batch.getInfos().getColumns(2).getValuesCase()).isEqualTo(InfoColumn.ValuesCase.VALUES_NOT_SET);
        }
    }
}
