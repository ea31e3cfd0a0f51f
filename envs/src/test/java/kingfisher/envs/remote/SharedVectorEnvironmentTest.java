package kingfisher.envs.remote;

/** Environments shared among several groups on several servers do what they do in one. */
class SharedVectorEnvironmentTest extends RemoteVectorEnvironmentTest {

    @Override
    int groups() {
        return 3;
    }
}
