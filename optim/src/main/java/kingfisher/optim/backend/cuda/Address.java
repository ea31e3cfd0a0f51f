package kingfisher.optim.backend.cuda;

import org.bytedeco.javacpp.Pointer;

/** A number that native code takes for a pointer; owns nothing. */
final class Address extends Pointer {

    Address(long address) {
        super((Pointer) null);
        this.address = address;
    }
}
