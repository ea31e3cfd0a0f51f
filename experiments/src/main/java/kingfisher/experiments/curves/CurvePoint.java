package kingfisher.experiments.curves;

import java.util.List;
import kingfisher.experiments.suite.CsvTable;

/**
 * What a run has come to.
 *
 * @param updates it has made
 * @param seconds that they took, without evaluations
 * @param trainingLoss mean over the training images
 * @param testLoss mean over the test images
 */
record CurvePoint(int updates, double seconds, double trainingLoss, double testLoss) {

    static final List<String> COLUMNS = List.of("updates", "seconds", "training_loss", "test_loss");

    static CurvePoint of(List<String> cells) {
        return new CurvePoint(
                (int) CsvTable.number(cells.get(0)),
                CsvTable.number(cells.get(1)),
                CsvTable.number(cells.get(2)),
                CsvTable.number(cells.get(3)));
    }

    List<String> cells() {
        return List.of(
                Integer.toString(updates),
                CsvTable.cell(seconds),
                CsvTable.cell(trainingLoss),
                CsvTable.cell(testLoss));
    }
}
