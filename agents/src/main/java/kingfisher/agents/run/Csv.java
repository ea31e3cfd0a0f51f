package kingfisher.agents.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import kingfisher.envs.InvalidInputException;

/** A file of comma-separated numbers whose first column never falls: rows are appended, and cut off again. */
final class Csv {
    private final Path file;

    Csv(Path file) {
        this.file = file;
    }

    /** A line of the file, without its end, and the number of bytes up to and with its end. */
    private record Line(String text, long end) {}

    /** The names in the first line; none if the file is absent or empty. */
    List<String> columns() {
        List<Line> lines = lines();
        return lines.isEmpty() ? List.of() : List.of(lines.get(0).text().split(",", -1));
    }

    /** The cells of each complete row. */
    List<List<String>> rows() {
        return lines().stream()
                .skip(1)
                .map(line -> List.of(line.text().split(",", -1)))
                .toList();
    }

    /** The numbers of a column, NaN where a cell is empty or missing; none if there is no such column. */
    double[] numbers(String column) {
        int index = columns().indexOf(column);
        return index < 0
                ? new double[0]
                : rows().stream().mapToDouble(row -> number(row, index)).toArray();
    }

    private double number(List<String> row, int index) {
        String cell = index < row.size() ? row.get(index) : "";
        try {
            return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
        } catch (NumberFormatException broken) {
            throw new InvalidInputException(file + " is damaged: it has " + cell + " for a number");
        }
    }

    /** Appends the text, which ends with a line end; it is there for other programs when this returns. */
    void append(String text) {
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw Failures.cannot("write", file, failure);
        }
    }

    /**
     * Cuts off every row whose first cell is more than the limit, and a line without its end. Where no row is left the
     * first line goes too, since the first row decides it.
     *
     * @return the first cell of the last row that stays, or -1 if none does
     * @throws InvalidInputException if a first cell is no number
     */
    long truncateAfter(long limit) {
        List<Line> lines = lines();
        long last = -1;
        long end = 0;
        for (Line line : lines.subList(Math.min(1, lines.size()), lines.size())) {
            long first = firstCell(line.text());
            if (first > limit) {
                break;
            }
            last = first;
            end = line.end();
        }
        truncate(end);
        return last;
    }

    private long firstCell(String line) {
        int comma = line.indexOf(',');
        try {
            return Long.parseLong(comma < 0 ? line : line.substring(0, comma));
        } catch (NumberFormatException broken) {
            throw new InvalidInputException(file + " is damaged: a row begins with " + line);
        }
    }

    private void truncate(long end) {
        if (!Files.exists(file)) {
            return;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(end);
        } catch (IOException failure) {
            throw Failures.cannot("shorten", file, failure);
        }
    }

    /** The lines that have an end: what a killed writer left behind the last one is none. */
    private List<Line> lines() {
        byte[] bytes = bytes();
        List<Line> lines = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                lines.add(new Line(new String(bytes, start, i - start, StandardCharsets.UTF_8), i + 1));
                start = i + 1;
            }
        }
        return lines;
    }

    private byte[] bytes() {
        try {
            return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
        } catch (IOException failure) {
            throw Failures.cannot("read", file, failure);
        }
    }

    /** The number as a cell: what is missing (NaN) leaves the cell empty. */
    static String cell(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }
}
