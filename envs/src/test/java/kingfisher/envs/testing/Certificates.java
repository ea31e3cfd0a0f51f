package kingfisher.envs.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * A certificate that signs itself, with its key, as files in PEM form.
 *
 * @param certificate for this machine; also what has to be trusted
 * @param key its private key
 */
public record Certificates(Path certificate, Path key) {

    private static final String PASSWORD = "password-of-tests";

    /** Makes a new one in a folder, by the tool that every JDK has. */
    public static Certificates make(Path folder, String name) {
        Path store = folder.resolve(name + ".p12");
        try {
            Process tool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            name,
                            "-keyalg",
                            "EC",
                            "-validity",
                            "2",
                            "-dname",
                            "CN=" + name,
                            "-ext",
                            "san=dns:localhost,ip:127.0.0.1",
                            "-ext",
                            "bc:critical=ca:true",
                            "-keystore",
                            store.toString(),
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            PASSWORD)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(name + ".log").toFile())
                    .start();
            if (tool.waitFor() != 0) {
                throw new AssertionError(Files.readString(folder.resolve(name + ".log")));
            }
            KeyStore content = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                content.load(in, PASSWORD.toCharArray());
            }
            return new Certificates(
                    pem(
                            folder.resolve(name + ".crt"),
                            "CERTIFICATE",
                            content.getCertificate(name).getEncoded()),
                    pem(
                            folder.resolve(name + ".key"),
                            "PRIVATE KEY",
                            content.getKey(name, PASSWORD.toCharArray()).getEncoded()));
        } catch (IOException | InterruptedException | GeneralSecurityException failure) {
            throw new AssertionError(failure);
        }
    }

    private static Path pem(Path file, String kind, byte[] content) throws IOException {
        String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        return Files.writeString(file, "-----BEGIN " + kind + "-----\n" + base64 + "\n-----END " + kind + "-----\n");
    }
}
