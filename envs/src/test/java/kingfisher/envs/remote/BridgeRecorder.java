package kingfisher.envs.remote;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.InfoSelection;
import kingfisher.env.v1.Reset;
import kingfisher.env.v1.StepBatch;
import kingfisher.envs.Space;
import kingfisher.envs.VectorEnvironment;
import kingfisher.envs.VectorTimeStep;
import kingfisher.envs.random.Pcg64;

/** Steps environments through the bridge at random, and writes what the client shows in the form of verify_bridge.py. */
final class BridgeRecorder {

    /** Environments of a case. */
    static final int ROWS = 4;

    private static final int EPISODES = 6;
    private static final long SEED = 20_261_125;

    /** What a record is of. */
    private enum Kind {
        RESET(0),
        STEP(1),
        RESET_OF_ROWS(2);

        private final double number;

        Kind(double number) {
            this.number = number;
        }
    }

    private final Path folder;
    private int cases;
    private int episodes;

    BridgeRecorder(Path folder) {
        this.folder = folder;
    }

    int cases() {
        return cases;
    }

    int episodes() {
        return episodes;
    }

    /** Records a group with one mode, with its infos asked for, so that they are checked as well. */
    void recordGroup(EnvironmentOpener opener, String task, Map<String, String> arguments, AutoresetMode mode) {
        try (RemoteGroup group =
                opener.openGroup("gym:" + task, arguments, ROWS, mode, InfoSelection.INFO_SELECTION_ALL)) {
            Case recorded = new Case(
                    group.specification().observationSpace().size(),
                    group.specification().actionSpace());
            Reset.Builder first = Reset.newBuilder();
            for (int row = 0; row < ROWS; row++) {
                first.addSeeds(SEED + row);
            }
            group.sendReset(first.build());
            recorded.add(Kind.RESET, all(true), group.receive(recorded.step));
            while (recorded.ended < EPISODES) {
                recorded.draw();
                group.sendStep(recorded.actions);
                recorded.add(Kind.STEP, all(false), group.receive(recorded.step));
                boolean[] over = recorded.over();
                if (mode == AutoresetMode.AUTORESET_MODE_DISABLED && !Arrays.equals(over, all(false))) {
                    group.sendReset(Reset.newBuilder().setMask(bytes(over)).build());
                    recorded.add(Kind.RESET_OF_ROWS, over, group.receive(recorded.step));
                }
            }
            recorded.write(task, arguments, mode.name().substring("AUTORESET_MODE_".length()));
        }
    }

    /** Records a vector as trainings use it. */
    void recordVector(VectorEnvironment vector, String task) {
        Case recorded = new Case(
                vector.specification().observationSpace().size(),
                vector.specification().actionSpace());
        vector.reset(SEED, recorded.step);
        recorded.add(Kind.RESET, all(true), all(true));
        while (recorded.ended < EPISODES) {
            recorded.draw();
            vector.step(recorded.actions, recorded.step);
            recorded.add(Kind.STEP, all(false), recorded.over());
        }
        recorded.write(task, Map.of(), "SAME_STEP");
    }

    private static boolean[] all(boolean value) {
        boolean[] rows = new boolean[ROWS];
        Arrays.fill(rows, value);
        return rows;
    }

    private static ByteString bytes(boolean[] flags) {
        byte[] bytes = new byte[flags.length];
        for (int i = 0; i < flags.length; i++) {
            bytes[i] = (byte) (flags[i] ? 1 : 0);
        }
        return ByteString.copyFrom(bytes);
    }

    /** One pair of files. */
    private final class Case {
        private final Space actionSpace;
        private final VectorTimeStep step;
        private final double[] actions;
        private final Pcg64 generator = new Pcg64(SEED);
        private final List<double[]> records = new ArrayList<>();
        private int ended;

        Case(int observationSize, Space actionSpace) {
            this.actionSpace = actionSpace;
            this.step = new VectorTimeStep(ROWS, observationSize);
            this.actions = new double[ROWS * actionSpace.size()];
        }

        void draw() {
            int size = actionSpace.size();
            for (int row = 0; row < ROWS; row++) {
                System.arraycopy(actionSpace.sample(generator), 0, actions, row * size, size);
            }
        }

        boolean[] over() {
            boolean[] over = new boolean[ROWS];
            for (int row = 0; row < ROWS; row++) {
                over[row] = step.ended(row);
            }
            return over;
        }

        void add(Kind kind, boolean[] mask, StepBatch batch) {
            boolean[] resetRows = new boolean[ROWS];
            for (int row = 0; row < ROWS; row++) {
                resetRows[row] = batch.getResetRows().byteAt(row) == 1;
            }
            add(kind, mask, resetRows);
        }

        void add(Kind kind, boolean[] mask, boolean[] resetRows) {
            List<double[]> parts = List.of(
                    new double[] {kind.number},
                    numbers(mask),
                    actions.clone(),
                    step.observations().clone(),
                    step.rewards().clone(),
                    numbers(step.terminated()),
                    numbers(step.truncated()),
                    numbers(resetRows),
                    step.finalObservations().clone());
            records.addAll(parts);
            if (kind == Kind.STEP) {
                for (boolean over : over()) {
                    ended += over ? 1 : 0;
                }
            }
        }

        private double[] numbers(boolean[] flags) {
            double[] numbers = new double[flags.length];
            for (int i = 0; i < flags.length; i++) {
                numbers[i] = flags[i] ? 1 : 0;
            }
            return numbers;
        }

        void write(String task, Map<String, String> arguments, String mode) {
            String given = arguments.entrySet().stream()
                    .map(entry -> "\"" + entry.getKey() + "\": \"" + entry.getValue() + "\"")
                    .collect(Collectors.joining(", ", "{", "}"));
            String header = "{\"environment\": \"" + task + "\", \"arguments\": " + given + ", \"mode\": \"" + mode
                    + "\", \"rows\": " + ROWS + ", \"seed\": " + SEED + ", \"actionSize\": " + actionSpace.size()
                    + ", \"observationSize\": " + step.observationSize() + "}";
            int size = records.stream().mapToInt(part -> part.length).sum();
            ByteBuffer written = ByteBuffer.allocate(Double.BYTES * size).order(ByteOrder.LITTLE_ENDIAN);
            for (double[] part : records) {
                for (double number : part) {
                    written.putDouble(number);
                }
            }
            String name = task + "-" + mode + "-" + cases;
            try {
                Files.writeString(folder.resolve(name + ".json"), header);
                Files.write(folder.resolve(name + ".numbers"), written.array());
            } catch (IOException failure) {
                throw new UncheckedIOException(failure);
            }
            cases++;
            episodes += ended;
        }
    }
}
