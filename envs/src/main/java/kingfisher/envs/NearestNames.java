package kingfisher.envs;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds which of the known names a misspelt one may have meant. */
public final class NearestNames {

    private static final int LIMIT = 3;

    private NearestNames() {}

    /**
     * The known names nearest to {@code name}, nearest first and at most three: the fewest insertions, deletions,
     * replacements and swaps of neighbours, whatever the case. Names that share next to nothing with it are left out.
     */
    public static List<String> of(String name, Collection<String> known) {
        return known.stream()
                .distinct()
                .filter(candidate -> distance(name, candidate) < Math.max(name.length(), candidate.length()) * 0.7)
                .sorted(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .limit(LIMIT)
                .toList();
    }

    /** A half sentence for an error message: {@code "; nearest: a, b"}, or all known names if none is near. */
    public static String hint(String name, Collection<String> known) {
        List<String> nearest = of(name, known);
        return nearest.isEmpty()
                ? "; known: " + String.join(", ", known.stream().sorted().toList())
                : "; nearest: " + String.join(", ", nearest);
    }

    /** The optimal-string-alignment distance, without regard to case. */
    static int distance(String first, String second) {
        String a = first.toLowerCase(Locale.ROOT);
        String b = second.toLowerCase(Locale.ROOT);
        int[][] table = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                table[i][j] = i == 0 || j == 0 ? i + j : entry(table, a, b, i, j);
            }
        }
        return table[a.length()][b.length()];
    }

    private static int entry(int[][] table, String a, String b, int i, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best = Math.min(table[i - 1][j], table[i][j - 1]) + 1;
        best = Math.min(best, table[i - 1][j - 1] + (same ? 0 : 1));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(best, table[i - 2][j - 2] + 1) : best;
    }
}
