package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TensorBoardRecordsTest {
    private static byte[] twoRecords() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(TensorBoardRecords.frame("first".getBytes(StandardCharsets.UTF_8)));
        file.writeBytes(TensorBoardRecords.frame("second".getBytes(StandardCharsets.UTF_8)));
        return file.toByteArray();
    }

    private static List<String> texts(byte[] file) {
        return TensorBoardRecords.read(file).stream()
                .map(record -> StandardCharsets.UTF_8.decode(record.data()).toString())
                .toList();
    }

    /** RFC 3720, B.4, and the check value of the polynomial; the mask undone by its definition. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000000000000000000000000000000000000000000000000000, 8a9136aa",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, 62a8ab43",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f, 46dd794e",
        "313233343536373839, e3069283"
    })
    void theMaskedChecksumUnmasksToTheKnownOne(String hex, String checksum) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        int unrotated = TensorBoardRecords.maskedChecksum(bytes, 0, bytes.length) - 0xa282ead8;

        assertThat(Integer.toHexString(unrotated >>> 17 | unrotated << 15)).isEqualTo(checksum);
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        assertThat(Long.toHexString(crc.getValue())).isEqualTo(checksum);
    }

    @Test
    void framedRecordsAreReadAgain() {
        assertThat(texts(twoRecords())).containsExactly("first", "second");
        assertThat(texts(new byte[0])).isEmpty();
    }

    @Test
    void aFileThatIsCutGivesTheRecordsBeforeTheCut() {
        byte[] whole = twoRecords();
        int endOfFirst = 12 + "first".length() + 4;
        for (int length = 0; length < whole.length; length++) {
            assertThat(texts(Arrays.copyOf(whole, length)))
                    .as("cut to %d bytes", length)
                    .isEqualTo(length < endOfFirst ? List.of() : List.of("first"));
        }
    }

    @Test
    void aRecordWithAnotherBitEndsTheReading() {
        byte[] whole = twoRecords();
        int endOfFirst = 12 + "first".length() + 4;
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= 0x10;
            assertThat(texts(changed))
                    .as("changed byte %d", at)
                    .isEqualTo(at < endOfFirst ? List.of() : List.of("first"));
        }
    }
}
