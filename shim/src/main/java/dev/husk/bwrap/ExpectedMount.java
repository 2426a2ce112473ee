package dev.husk.bwrap;

import java.util.List;
import java.util.Optional;

/**
 * What mountinfo must show at a place once the sandbox is built.
 *
 * @param destination mount point in the container
 * @param fstype empty where the host decides it
 * @param options per-mount options that must all be there
 */
public record ExpectedMount(
    String destination, Optional<String> fstype, Access access, List<String> options) {

  /** Whether writing must fail. */
  public enum Access {
    READ_ONLY,
    WRITABLE,
    /** Nothing was asked for: the source decides. */
    EITHER
  }

  public ExpectedMount {
    options = List.copyOf(options);
  }
}
