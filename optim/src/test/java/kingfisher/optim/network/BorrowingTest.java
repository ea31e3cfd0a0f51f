package kingfisher.optim.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kingfisher.optim.backend.Activation;
import kingfisher.optim.backend.cpu.CpuBackend;
import kingfisher.optim.oracle.ModelFixture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models that take turns in the memory of one of them, against models with memory of their own. */
final class BorrowingTest {

    private static final long SEED = 20261126;

    @ParameterizedTest
    @EnumSource(Activation.class)
    void turnsGiveWhatMemoryOfOnesOwnGives(Activation activation) {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), activation, 90, SEED);
        NetworkModel lender = fixture.unused(40);
        List<NetworkModel> models = List.of(lender, lender.borrowing(40), lender.borrowing(10));
        for (int m = 0; m < models.size(); m++) {
            fixture.forward(models.get(m), 40 * m);
        }
        for (int m : new int[] {2, 0, 1, 2}) {
            NetworkModel model = models.get(m);
            List<double[]> expected = passes(fixture, fixture.model(40 * m, model.batch()));
            List<double[]> actual = passes(fixture, model);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(actual.get(i))
                        .as("model %d, result %d, %s", m, i, fixture.description)
                        .isEqualTo(expected.get(i));
            }
        }
    }

    private static List<double[]> passes(ModelFixture fixture, NetworkModel model) {
        List<double[]> results = new ArrayList<>();
        ParameterVector result = fixture.parameters.zerosLike();
        for (int h = 0; h < model.heads(); h++) {
            double[] outputs = model.outputs(h).clone();
            results.add(outputs);
            for (int i = 0; i < outputs.length; i++) {
                model.outputGradients(h)[i] = Math.sin(outputs[i] + i);
            }
        }
        model.backward(0.5, result);
        results.add(fixture.download(result));
        model.pushForward(fixture.vector(fixture.values));
        for (int h = 0; h < model.heads(); h++) {
            double[] tangents = Arrays.copyOf(model.outputTangents(h), model.batch() * model.width(h));
            results.add(tangents);
            for (int i = 0; i < tangents.length; i++) {
                model.outputCotangents(h)[i] = Math.cos(tangents[i] + i);
            }
        }
        model.pullBack(0.5, result);
        results.add(fixture.download(result));
        return results;
    }

    @Test
    void noMoreRowsThanThereIsMemoryFor() {
        ModelFixture fixture = ModelFixture.twoHeads(new CpuBackend(), Activation.TANH, 4, SEED);
        NetworkModel lender = fixture.unused(4);
        for (int rows : new int[] {0, 5}) {
            assertThatThrownBy(() -> lender.borrowing(rows))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("rows: expected 1 to 4, found " + rows);
        }
    }
}
