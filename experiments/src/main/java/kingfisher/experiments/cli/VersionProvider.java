package kingfisher.experiments.cli;

import kingfisher.agents.run.BuildInformation;
import picocli.CommandLine.IVersionProvider;

/** Tells what was built, and on what it runs. */
final class VersionProvider implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Main.class.getPackage().getImplementationVersion();
        return new String[] {
            "Kingfisher " + (version == null ? "(not packaged)" : version) + ", commit "
                    + BuildInformation.load().commit(),
            "Java " + System.getProperty("java.version") + ", " + System.getProperty("os.name")
        };
    }
}
