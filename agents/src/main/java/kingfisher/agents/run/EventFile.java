package kingfisher.agents.run;

import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kingfisher.metrics.v1.Event;
import kingfisher.metrics.v1.Summary;

/** A file of scalars that TensorBoard shows, readable while the run goes on. */
public final class EventFile {
    private static final String PREFIX = "events.out.tfevents.";
    private static final String VERSION = "brain.Event:2";

    private final Path file;
    private final Clock clock;

    private EventFile(Path file, Clock clock) {
        this.file = file;
        this.clock = clock;
    }

    /**
     * Begins a file of its own in the folder.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public static EventFile create(Path folder, Clock clock) {
        EventFile events = new EventFile(newFile(folder, clock.instant()), clock);
        events.append(events.event().setFileVersion(VERSION).build());
        return events;
    }

    /**
     * Appends the values of a step. One that is not finite is left out: TensorBoard has no place for it.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public void append(long step, Map<String, Double> values) {
        Summary.Builder summary = Summary.newBuilder();
        values.forEach((name, value) -> {
            if (Double.isFinite(value)) {
                summary.addValueBuilder().setTag(name).setSimpleValue(value.floatValue());
            }
        });
        if (summary.getValueCount() > 0) {
            append(event().setStep(step).setSummary(summary).build());
        }
    }

    /**
     * Cuts off what the files of the folder hold of later steps, so that a resumed run does not show them twice.
     *
     * @throws UncheckedIOException if a file cannot be written
     */
    public static void truncateAfter(Path folder, long step) {
        try {
            for (Path file : in(folder)) {
                truncateFileAfter(file, step);
            }
        } catch (IOException failure) {
            throw Failures.cannot("shorten the events in", folder, failure);
        }
    }

    private static void truncateFileAfter(Path file, long step) throws IOException {
        int end = 0;
        for (TensorBoardRecords.Located located : TensorBoardRecords.read(Files.readAllBytes(file))) {
            if (stepOf(located) > step) {
                break;
            }
            end = located.end();
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(end);
        }
    }

    private static long stepOf(TensorBoardRecords.Located located) {
        try {
            return Event.parseFrom(located.data()).getStep();
        } catch (InvalidProtocolBufferException foreign) {
            return Long.MAX_VALUE; // nothing that this class wrote: it goes, with what follows it
        }
    }

    private Event.Builder event() {
        Instant now = clock.instant();
        return Event.newBuilder().setWallTime(now.getEpochSecond() + now.getNano() * 1e-9);
    }

    private void append(Event event) {
        try {
            Files.write(
                    file,
                    TensorBoardRecords.frame(event.toByteArray()),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException failure) {
            throw Failures.cannot("write", file, failure);
        }
    }

    private static Path newFile(Path folder, Instant now) {
        String name = PREFIX + now.getEpochSecond() + "." + Machine.hostName() + "."
                + ProcessHandle.current().pid() + ".";
        int number = 0;
        while (Files.exists(folder.resolve(name + number))) {
            number++;
        }
        return folder.resolve(name + number);
    }

    /** Returns the event files of the folder. */
    static List<Path> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(PREFIX))
                    .sorted()
                    .toList();
        }
    }
}
