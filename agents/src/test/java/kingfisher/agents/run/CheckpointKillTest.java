package kingfisher.agents.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills the writer of a checkpoint before, within and after each of its file operations. */
final class CheckpointKillTest {
    @TempDir
    Path parent;

    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** The system's operations, until a number of them is done; a write may be cut after some bytes. */
    private static final class Dying implements FileOperations {
        private final int operations;
        private final int bytesOfTheLast;
        private final List<String> done = new ArrayList<>();

        Dying(int operations, int bytesOfTheLast) {
            this.operations = operations;
            this.bytesOfTheLast = bytesOfTheLast;
        }

        private void next(String operation) {
            if (done.size() == operations) {
                throw new Killed();
            }
            done.add(operation);
        }

        @Override
        public void createFolder(Path folder) throws IOException {
            next("create");
            FileOperations.super.createFolder(folder);
        }

        @Override
        public Written write(Path file, Content content) throws IOException {
            if (done.size() == operations && bytesOfTheLast >= 0) {
                FileOperations.super.write(file, channel -> content.writeTo(cut(channel)));
            }
            next("write");
            return FileOperations.super.write(file, content);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            next("rename");
            FileOperations.super.rename(from, to);
        }

        @Override
        public void forceFolder(Path folder) {
            next("force");
            FileOperations.super.forceFolder(folder);
        }

        @Override
        public void delete(Path file) throws IOException {
            next("delete");
            FileOperations.super.delete(file);
        }

        private WritableByteChannel cut(WritableByteChannel channel) {
            return new WritableByteChannel() {
                private int left = bytesOfTheLast;

                @Override
                public int write(ByteBuffer source) throws IOException {
                    int count = Math.min(left, source.remaining());
                    channel.write(source.slice(source.position(), count));
                    source.position(source.position() + count);
                    left -= count;
                    if (source.hasRemaining()) {
                        throw new Killed();
                    }
                    return count;
                }

                @Override
                public boolean isOpen() {
                    return channel.isOpen();
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        }
    }

    private static boolean dies(Path path, Dying operations, int number) {
        try {
            new CheckpointFolder(path, operations).write(CheckpointFolderTest.checkpoint(number));
            return false;
        } catch (Killed killed) {
            return true;
        }
    }

    private static void assertWholeAndUsable(Path path, String when) throws IOException {
        CheckpointFolder folder = new CheckpointFolder(path);
        assertThat(CheckpointFolderTest.numberOf(folder.read())).as(when).isIn(1, 2);

        folder.write(CheckpointFolderTest.checkpoint(3));

        assertThat(CheckpointFolderTest.numberOf(folder.read())).as(when).isEqualTo(3);
        try (Stream<Path> files = Files.list(path)) {
            assertThat(files.filter(file -> file.toString().endsWith(".safetensors")))
                    .as(when)
                    .hasSize(1);
        }
    }

    @Test
    void aKillBetweenAnyTwoOperationsLeavesACheckpointWhole() throws IOException {
        int operations = 0;
        boolean died = true;
        while (died) {
            Path path = parent.resolve("before " + operations);
            new CheckpointFolder(path).write(CheckpointFolderTest.checkpoint(1));
            died = dies(path, new Dying(operations, -1), 2);
            assertWholeAndUsable(path, "killed after operation " + operations);
            operations++;
        }
        assertThat(operations)
                .as("operations of a write, and the one more that did not come")
                .isEqualTo(8);
    }

    @Test
    void aKillWithinAnyWriteLeavesACheckpointWhole() throws IOException {
        Dying unharmed = new Dying(Integer.MAX_VALUE, -1);
        Path rehearsal = parent.resolve("rehearsal");
        new CheckpointFolder(rehearsal).write(CheckpointFolderTest.checkpoint(1));
        assertThat(dies(rehearsal, unharmed, 2)).isFalse();
        assertThat(unharmed.done).filteredOn("write"::equals).hasSize(2);
        for (int operation = 0; operation < unharmed.done.size(); operation++) {
            for (int bytes = 0; bytes < 400 && unharmed.done.get(operation).equals("write"); bytes += 57) {
                Path path = parent.resolve(operation + " and " + bytes);
                new CheckpointFolder(path).write(CheckpointFolderTest.checkpoint(1));
                String when = "killed at byte " + bytes + " of operation " + operation;
                assertThat(dies(path, new Dying(operation, bytes), 2)).as(when).isTrue();
                assertWholeAndUsable(path, when);
            }
        }
    }

    @Test
    void aKillBeforeTheFirstCheckpointLeavesNone() {
        for (int operations = 0; operations < 4; operations++) {
            Path path = parent.resolve("first " + operations);

            assertThat(dies(path, new Dying(operations, -1), 1)).isTrue();

            assertThat(new CheckpointFolder(path).exists()).isFalse();
        }
    }
}
