package kingfisher.envs.server;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Files in PEM form with which a server encrypts.
 *
 * @param certificate the server's certificate chain
 * @param key its private key
 * @param authorities certificates that clients must be signed by; without them clients need no certificate
 */
public record TlsFiles(Path certificate, Path key, Optional<Path> authorities) {}
