package dev.husk.sandbox;

import dev.husk.bwrap.BwrapFailure;
import dev.husk.bwrap.Offence;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.oci.OciConfig;
import dev.husk.oci.ProcessSpec;
import dev.husk.process.ErrnoException;
import dev.husk.process.IdMaps;
import dev.husk.process.OwnRights;
import dev.husk.process.OwnUser;
import dev.husk.process.ProcFs;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Rlimit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an unprivileged user's sandboxes have and may ask for. */
final class Rootless {
  private Rootless() {}

  /** The ids that a config's sandbox gets. */
  static IdMaps maps(OciConfig config) {
    return IdMaps.single(OwnUser.uid(), OwnUser.gid());
  }

  /** All: the launcher is root of its user namespace. */
  static long capabilities() throws HuskException {
    try {
      return ProcFs.allCapabilities();
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  /**
   * Refuses what the kernel would, when it is too late.
   *
   * @throws HuskException {@link BwrapFailure.ConfigRefused}
   */
  static void check(ProcessSpec process) throws HuskException {
    List<Offence> offences = new ArrayList<>();
    for (int i = 0; i < process.rlimits().size(); i++) {
      ProcessSpec.Rlimit limit = process.rlimits().get(i);
      Optional<Long> most = OwnRights.hardLimit(Rlimit.resource(limit.type()).orElseThrow());
      if (most.isPresent() && Long.compareUnsigned(limit.hard(), most.get()) > 0) {
        offences.add(
            new Offence(
                "/process/rlimits/" + i + "/hard",
                limit.type()
                    + " "
                    + Long.toUnsignedString(limit.hard())
                    + " is above husk's own hard limit "
                    + Long.toUnsignedString(most.get())
                    + ", which an unprivileged user cannot exceed",
                "lower it, or raise husk's own (systemd: Limit"
                    + limit.type().substring("RLIMIT_".length())
                    + "=; limits.conf)",
                FailureKind.UNSUPPORTED));
      }
    }
    if (!offences.isEmpty()) {
      throw new HuskException(new BwrapFailure.ConfigRefused(offences));
    }
  }
}
