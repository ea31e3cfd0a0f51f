package kingfisher.agents.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;

/** The standard output and error of the process, in the characters that the system shows. */
final class StandardStreams {

    private StandardStreams() {}

    /** Makes both streams write in the system's character set; returns it. */
    static Charset install() {
        Charset charset = charset(System.getProperty("native.encoding", ""));
        System.setOut(new PrintStream(new FileOutputStream(FileDescriptor.out), true, charset));
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true, charset));
        return charset;
    }

    /** Returns the character set of the name, UTF-8 where there is none or where it is no more than ASCII. */
    static Charset charset(String name) {
        try {
            Charset charset = Charset.forName(name);
            // a system without a locale says ASCII, and shows UTF-8 all the same
            return charset.equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : charset;
        } catch (IllegalCharsetNameException | UnsupportedCharsetException unknown) {
            return StandardCharsets.UTF_8;
        }
    }
}
