package kingfisher.experiments.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import kingfisher.envs.InvalidInputException;

/**
 * Rows of cells under named columns, as a file of comma-separated values has them; no cell holds a comma.
 *
 * @param rows each with as many cells as there are columns
 */
public record CsvTable(List<String> columns, List<List<String>> rows) {

    /** A table without columns and rows. */
    public static final CsvTable EMPTY = new CsvTable(List.of(), List.of());

    /** Keeps copies, and checks that each row has a cell for each column. */
    public CsvTable {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("a row has " + row.size() + " cells for " + columns.size()
                        + " columns: " + String.join(",", row));
            }
        }
    }

    /**
     * Reads a file; one that is absent is an empty table, and a last line without its end, which a killed writer left, is
     * none.
     *
     * @throws InvalidInputException if the file is not a table
     * @throws UncheckedIOException if it cannot be read
     */
    public static CsvTable read(Path file) {
        if (!Files.exists(file)) {
            return EMPTY;
        }
        try {
            String text = Files.readString(file);
            List<List<String>> lines = text.substring(0, text.lastIndexOf('\n') + 1)
                    .lines()
                    .map(line -> List.of(line.split(",", -1)))
                    .toList();
            return lines.isEmpty() ? EMPTY : new CsvTable(lines.get(0), lines.subList(1, lines.size()));
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot read " + file, failure);
        } catch (IllegalArgumentException broken) {
            throw new InvalidInputException(file + " is damaged: " + broken.getMessage());
        }
    }

    /** Returns the text of the file. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.join(",", columns)).append('\n');
        rows.forEach(row -> text.append(String.join(",", row)).append('\n'));
        return text.toString();
    }

    /** Returns the table without the columns whose names begin with the prefix. */
    public CsvTable without(String prefix) {
        return select(columns.stream().filter(name -> !name.startsWith(prefix)).toList());
    }

    /** Returns the table with just these columns, in this order; one that it does not have is empty. */
    public CsvTable select(List<String> names) {
        int[] places = names.stream().mapToInt(columns::indexOf).toArray();
        List<List<String>> selected = rows.stream()
                .map(row -> IntStream.of(places)
                        .mapToObj(place -> place < 0 ? "" : row.get(place))
                        .toList())
                .toList();
        return new CsvTable(names, selected);
    }

    /** Returns the rows of all tables under the columns of all, in the order in which they come. */
    public static CsvTable concatenate(List<CsvTable> tables) {
        Set<String> union = new LinkedHashSet<>();
        tables.forEach(table -> union.addAll(table.columns()));
        List<String> names = List.copyOf(union);
        List<List<String>> rows = new ArrayList<>();
        tables.forEach(table -> rows.addAll(table.select(names).rows()));
        return new CsvTable(names, rows);
    }

    /**
     * Returns the numbers of a column, NaN where a cell is empty; none if there is no such column.
     *
     * @throws InvalidInputException if a cell is no number
     */
    public double[] numbers(String column) {
        int place = columns.indexOf(column);
        return place < 0
                ? new double[0]
                : rows.stream().mapToDouble(row -> number(row.get(place))).toArray();
    }

    /** Returns the number of a cell, NaN where it is empty. */
    public static double number(String cell) {
        try {
            return cell.isEmpty() ? Double.NaN : Double.parseDouble(cell);
        } catch (NumberFormatException broken) {
            throw new InvalidInputException("a table has " + cell + " for a number");
        }
    }

    /** Returns the number as a cell: what is missing (NaN) leaves the cell empty. */
    public static String cell(double value) {
        return Double.isNaN(value) ? "" : Double.toString(value);
    }
}
