package kingfisher.optim.backend.cuda;

import java.lang.ref.Cleaner;

/** A block of a device's memory, freed when nothing refers to it any more or the device is closed. */
final class DeviceMemory {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Device device;
    private final Address start;

    DeviceMemory(Device device, long bytes) {
        long address = device.allocate(bytes);
        this.device = device;
        this.start = new Address(address);
        CLEANER.register(this, () -> device.free(address));
    }

    Device device() {
        return device;
    }

    /** Where it begins. */
    Address start() {
        return start;
    }
}
