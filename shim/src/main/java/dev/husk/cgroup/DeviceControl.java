package dev.husk.cgroup;

/**
 * What keeps a sandbox from devices that it is not given.
 *
 * @param reason why it is not the program, and which rules are not applied; empty when it is
 */
public record DeviceControl(Kind kind, String reason) {
  /** The means. */
  public enum Kind {
    /**
     * The config's device rules as a BPF program on P, and all else denied; the private {@code
     * /dev} and nodev on every mount stand before it.
     */
    BPF_PROGRAM,
    /** The private {@code /dev}, which shows the default devices only, and nodev on every mount. */
    PRIVATE_DEV
  }
}
