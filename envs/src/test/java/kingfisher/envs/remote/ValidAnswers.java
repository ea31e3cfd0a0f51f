package kingfisher.envs.remote;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import kingfisher.env.v1.Attached;
import kingfisher.env.v1.AutoresetMode;
import kingfisher.env.v1.CreateGroupRequest;
import kingfisher.env.v1.CreateGroupResponse;
import kingfisher.env.v1.DataType;
import kingfisher.env.v1.FinalRows;
import kingfisher.env.v1.GetServerInfoResponse;
import kingfisher.env.v1.Health;
import kingfisher.env.v1.InfoColumn;
import kingfisher.env.v1.InfoSelection;
import kingfisher.env.v1.Infos;
import kingfisher.env.v1.RunGroupRequest;
import kingfisher.env.v1.RunGroupResponse;
import kingfisher.env.v1.ServerLimits;
import kingfisher.env.v1.StepBatch;
import kingfisher.env.v1.Tensor;
import kingfisher.env.v1.Texts;
import kingfisher.envs.EnvironmentSpecification;
import kingfisher.envs.Space;
import kingfisher.envs.random.Pcg64;
import kingfisher.envs.registry.Environments;
import kingfisher.envs.wire.Flags;
import kingfisher.envs.wire.Numbers;
import kingfisher.envs.wire.Protocol;
import kingfisher.envs.wire.RowTensors;
import kingfisher.envs.wire.SpaceLayout;
import kingfisher.envs.wire.SpecificationMessages;

/**
 * What a server answers that keeps to the protocol: random observations, rewards of 1, and in every third step the end of
 * row 0's episode.
 */
final class ValidAnswers {

    private final CreateGroupRequest group;
    private final EnvironmentSpecification specification;
    private final SpaceLayout observations;
    private final SpaceLayout actions;
    private final Pcg64 generator = new Pcg64(1);
    private int steps;

    ValidAnswers(CreateGroupRequest group) {
        this.group = group;
        this.specification = Environments.specification(group.getEnvironment(), Map.of());
        kingfisher.env.v1.EnvironmentSpecification message = SpecificationMessages.write(specification);
        this.observations = SpaceLayout.read(message.getObservationSpace(), "the observation space");
        this.actions = SpaceLayout.read(message.getActionSpace(), "the action space");
    }

    static GetServerInfoResponse info() {
        return GetServerInfoResponse.newBuilder()
                .setProtocol(Protocol.VERSION)
                .setName("scripted")
                .setVersion("1.2.3")
                .putRuntime("java", "17")
                .setLimits(ServerLimits.newBuilder()
                        .setMessageBytes(Protocol.MESSAGE_BYTES)
                        .setGroups(64)
                        .setEnvironmentsPerGroup(1024))
                .setHealth(Health.HEALTH_SERVING)
                .build();
    }

    CreateGroupResponse created() {
        return CreateGroupResponse.newBuilder()
                .setGroup("the-group")
                .setSpecification(SpecificationMessages.write(specification))
                .addAllObservationLeaves(observations.leaves())
                .addAllActionLeaves(actions.leaves())
                .setVectorization("scripted")
                .build();
    }

    RunGroupResponse to(RunGroupRequest request) {
        RunGroupResponse.Builder response = RunGroupResponse.newBuilder().setSequence(request.getSequence());
        return switch (request.getRequestCase()) {
            case ATTACH -> response.setAttached(Attached.getDefaultInstance()).build();
            case RESET ->
                response.setBatch(batch(0, new boolean[group.getCount()], true)).build();
            default -> response.setBatch(step()).build();
        };
    }

    private StepBatch.Builder step() {
        boolean[] terminated = new boolean[group.getCount()];
        terminated[0] = ++steps % 3 == 0;
        boolean sameStep = group.getAutoreset() == AutoresetMode.AUTORESET_MODE_SAME_STEP;
        StepBatch.Builder batch = batch(1, terminated, false);
        if (terminated[0] && sameStep) {
            FinalRows.Builder rows = FinalRows.newBuilder().addRows(0).addAllObservations(tensors(1));
            if (group.getInfos() == InfoSelection.INFO_SELECTION_ALL) {
                rows.setInfos(infos(1));
            }
            batch.setResetRows(Flags.write(terminated)).setFinal(rows);
        }
        return batch;
    }

    private StepBatch.Builder batch(double reward, boolean[] terminated, boolean reset) {
        int count = group.getCount();
        double[] rewards = new double[count];
        Arrays.fill(rewards, reward);
        StepBatch.Builder batch = StepBatch.newBuilder()
                .addAllObservations(tensors(count))
                .setRewards(Numbers.write(rewards))
                .setTerminated(Flags.write(terminated))
                .setTruncated(Flags.write(new boolean[count]))
                .setResetRows(flags(count, reset));
        return group.getInfos() == InfoSelection.INFO_SELECTION_ALL ? batch.setInfos(infos(count)) : batch;
    }

    private List<Tensor> tensors(int count) {
        Space space = specification.observationSpace();
        double[] values = new double[count * space.size()];
        for (int row = 0; row < count; row++) {
            System.arraycopy(space.sample(generator), 0, values, row * space.size(), space.size());
        }
        return new RowTensors(observations, "observation", 0, count).write(values);
    }

    /** One column of every kind. */
    static Infos infos(int rows) {
        List<String> texts = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            texts.add("row " + row);
        }
        return Infos.newBuilder()
                .addColumns(InfoColumn.newBuilder()
                        .addPath("speed")
                        .setPresent(flags(rows, true))
                        .setTensor(Tensor.newBuilder()
                                .setType(DataType.DATA_TYPE_FLOAT64)
                                .addShape(rows)
                                .setData(Numbers.write(new double[rows]))))
                .addColumns(InfoColumn.newBuilder()
                        .addPath("name")
                        .setPresent(flags(rows, true))
                        .setTexts(Texts.newBuilder().addAllValues(texts)))
                .addColumns(InfoColumn.newBuilder().addPath("episode").setPresent(flags(rows, true)))
                .addLeftOut("image")
                .build();
    }

    static ByteString flags(int count, boolean value) {
        boolean[] flags = new boolean[count];
        Arrays.fill(flags, value);
        return Flags.write(flags);
    }
}
