package kingfisher.optim.linear;

import java.util.List;

/** Java's routines, some of which a test replaces. */
class DelegatingRoutines implements Routines {

    private static final Routines JAVA = new JavaRoutines();

    @Override
    public List<EigenMethod> eigenMethods(int size) {
        return JAVA.eigenMethods(size);
    }

    @Override
    public boolean factor(int size, double[] matrix) {
        return JAVA.factor(size, matrix);
    }

    @Override
    public void invert(int size, double[] factor) {
        JAVA.invert(size, factor);
    }

    @Override
    public void solve(int size, double[] factor, int columns, double[] right) {
        JAVA.solve(size, factor, columns, right);
    }

    @Override
    public void multiply(
            int rows,
            int inner,
            int columns,
            double[] a,
            boolean transposeA,
            double[] b,
            boolean transposeB,
            double[] c) {
        JAVA.multiply(rows, inner, columns, a, transposeA, b, transposeB, c);
    }
}
