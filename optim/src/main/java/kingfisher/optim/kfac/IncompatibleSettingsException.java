package kingfisher.optim.kfac;

/** Says that two settings, each of which is right by itself, do not go together. */
public final class IncompatibleSettingsException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    private final String setting;

    IncompatibleSettingsException(String setting, Object value, String other, Object accepted, Object found) {
        super("%s %s needs %s %s, found %s".formatted(setting, value, other, accepted, found));
        this.setting = setting;
    }

    static void require(boolean fits, String setting, Object value, String other, Object accepted, Object found) {
        if (!fits) {
            throw new IncompatibleSettingsException(setting, value, other, accepted, found);
        }
    }

    /** The setting that asks for another value of the other one. */
    public String setting() {
        return setting;
    }
}
