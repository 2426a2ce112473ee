package dev.husk.bwrap;

import dev.husk.failure.HuskException;
import dev.husk.oci.ProcessSpec.Capabilities;
import dev.husk.process.Capability;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What bwrap must leave to the in-sandbox init: what it needs to become the payload, and every
 * capability of the payload's own five sets. bwrap gives up when asked for one that husk lacks.
 */
public final class CapabilityPlan {
  /**
   * Identity (SETUID, SETGID), bounding set (SETPCAP), hiding its own mount (SYS_ADMIN), making the
   * working directory and finding the program below directories of other owners (DAC_OVERRIDE).
   */
  private static final int[] NEEDED = {1, 6, 7, 8, 21};

  /** Raises hard limits; without it a config that does so fails at that step. */
  private static final int SYS_RESOURCE = 24;

  /**
   * The result.
   *
   * @param kept names for {@code --cap-add}, in the kernel's order
   * @param ungranted names of the config that husk cannot grant
   */
  record Result(List<String> kept, List<String> ungranted) {}

  private CapabilityPlan() {}

  /**
   * Decides on the capabilities.
   *
   * @param available bit mask of what the shim has permitted and in its bounding set
   */
  static Result plan(Optional<Capabilities> wanted, long available) throws HuskException {
    List<String> missing = missing(available);
    long kept = available & (1L << SYS_RESOURCE);
    for (int number : NEEDED) {
      kept |= 1L << number;
    }
    if (!missing.isEmpty()) {
      throw new HuskException(new BwrapFailure.MissingCapabilities(missing));
    }
    List<String> ungranted = new ArrayList<>();
    if (wanted.isPresent()) {
      for (String name : union(wanted.get())) {
        OptionalInt number = Capability.number(name);
        if (number.isEmpty() || (available & (1L << number.getAsInt())) == 0) {
          ungranted.add(name);
        } else {
          kept |= 1L << number.getAsInt();
        }
      }
    }
    return new Result(Capability.names(kept), ungranted);
  }

  /**
   * The names of what every sandbox needs and this set lacks.
   *
   * @param available bit mask of what the shim has permitted and in its bounding set
   */
  public static List<String> missing(long available) {
    List<String> missing = new ArrayList<>();
    for (int number : NEEDED) {
      if ((available & (1L << number)) == 0) {
        missing.add(Capability.name(number));
      }
    }
    return missing;
  }

  private static List<String> union(Capabilities sets) {
    List<String> all = new ArrayList<>(sets.bounding());
    for (List<String> set :
        List.of(sets.effective(), sets.inheritable(), sets.permitted(), sets.ambient())) {
      for (String name : set) {
        if (!all.contains(name)) {
          all.add(name);
        }
      }
    }
    return all;
  }
}
