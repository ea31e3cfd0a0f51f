package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class JsonTest {
    @Test
    void everyDoubleAndLongSurvivesTheWayThereAndBack() throws JsonProcessingException {
        long seed = 11;
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 5_000; i++) {
            long bits = random.nextLong();
            double value = Double.longBitsToDouble(bits);
            ObjectNode object = Json.object().put("long", bits);
            Json.putNumber(object, "double", value);

            ObjectNode again = (ObjectNode) Json.parse(Json.pretty(object));

            assertThat(again.get("long").longValue())
                    .as("seed %d, draw %d", seed, i)
                    .isEqualTo(bits);
            if (Double.isFinite(value)) {
                assertThat(Json.number(again, "double").orElseThrow())
                        .as("seed %d, draw %d", seed, i)
                        .isEqualTo(value);
            }
        }
    }

    @Test
    void aNumberThatIsNotFiniteIsNull() {
        ObjectNode object = Json.object();
        Json.putNumber(object, "mean", Double.NaN);

        assertThat(Json.compact(object)).isEqualTo("{\"mean\":null}");
        assertThat(Json.number(object, "mean")).isEmpty();
    }

    @Test
    void aNumberThatIsNoJsonIsNotWritten() {
        ObjectNode object = Json.object();
        object.putObject("a").putArray("b").add(1.0).add(Float.POSITIVE_INFINITY);

        assertThatThrownBy(() -> Json.compact(object)).hasMessage("not a finite number at /a/b/1: Infinity");
        assertThatThrownBy(() -> Json.pretty(object)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void textAfterTheValueAndFieldsNamedTwiceAreRefused() {
        assertThatThrownBy(() -> Json.parse("{} {}")).isInstanceOf(JsonProcessingException.class);
        assertThatThrownBy(() -> Json.parse("{\"a\":1,\"a\":2}")).isInstanceOf(JsonProcessingException.class);
    }
}
