package kingfisher.envs.classic;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** What {@code record_classic.py} recorded of one task. */
record RecordedTask(String id, Map<String, String> arguments, List<RecordedEpisode> episodes) {

    static RecordedTask read(InputStream compressed) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(new GZIPInputStream(compressed)))) {
            if (in.readInt() != 0x4b465452) {
                throw new IOException("not a recorded task");
            }
            String id = text(in);
            Map<String, String> arguments = Arrays.stream(text(in).split(","))
                    .filter(pair -> !pair.isEmpty())
                    .map(pair -> pair.split("="))
                    .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
            int stateSize = in.readInt();
            int observationSize = in.readInt();
            int actionSize = in.readInt();
            boolean discrete = in.readByte() == 1;
            int count = in.readInt();
            List<RecordedEpisode> episodes = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                episodes.add(episode(in, stateSize, observationSize, actionSize, discrete));
            }
            return new RecordedTask(id, arguments, episodes);
        }
    }

    private static RecordedEpisode episode(
            DataInputStream in, int stateSize, int observationSize, int actionSize, boolean discrete)
            throws IOException {
        String kind = text(in);
        long seed = in.readLong();
        int steps = in.readInt();
        double[] state = doubles(in, stateSize);
        double[] first = floats(in, observationSize);
        double[][] actions = new double[steps][];
        for (int t = 0; t < steps; t++) {
            actions[t] = discrete ? new double[] {in.readByte()} : floats(in, actionSize);
        }
        double[] rewards = doubles(in, steps);
        byte[] flags = in.readNBytes(steps);
        double[][] observations = new double[steps][];
        for (int t = 0; t < steps; t++) {
            observations[t] = floats(in, observationSize);
        }
        return new RecordedEpisode(kind, seed, state, first, actions, rewards, flags, observations);
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(in.readShort()), StandardCharsets.UTF_8);
    }

    private static double[] doubles(DataInputStream in, int count) throws IOException {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.readDouble();
        }
        return values;
    }

    private static double[] floats(DataInputStream in, int count) throws IOException {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = in.readFloat();
        }
        return values;
    }
}
