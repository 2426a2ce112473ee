package dev.husk.sandbox;

import dev.husk.bwrap.BwrapFailure;
import dev.husk.bwrap.Offence;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.oci.Mount;
import dev.husk.oci.OciConfig;
import dev.husk.oci.ProcessSpec;
import dev.husk.process.ErrnoException;
import dev.husk.process.IdMaps;
import dev.husk.process.OwnRights;
import dev.husk.process.OwnUser;
import dev.husk.process.ProcFs;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Rlimit;
import dev.husk.process.SubordinateIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What an unprivileged user's sandboxes have and may ask for. */
final class Rootless {
  private Rootless() {}

  /**
   * The ids that a config's sandbox gets: those that it names, else its user alone, and all that
   * the user may map when it needs others and there are any.
   *
   * @throws HuskException {@link BwrapFailure.ConfigRefused} for maps that the user may not make
   */
  static IdMaps maps(OciConfig config) throws HuskException {
    long uid = OwnUser.uid();
    long gid = OwnUser.gid();
    if (!config.linux().uidMappings().isEmpty() || !config.linux().gidMappings().isEmpty()) {
      return GivenMaps.check(config.linux(), uid, gid);
    }
    if (needsOthers(config)) {
      Optional<IdMaps> all = SubordinateIds.all(uid, gid);
      if (all.isPresent()) {
        return all.get();
      }
    }
    return IdMaps.single(uid, gid);
  }

  private static boolean needsOthers(OciConfig config) {
    if (config.process().isPresent()) {
      ProcessSpec.User user = config.process().get().user();
      if (user.uid() != 0 || user.gid() != 0 || !user.additionalGids().isEmpty()) {
        return true;
      }
    }
    for (Mount mount : config.mounts()) {
      for (String option : mount.options()) {
        boolean owner = option.startsWith("uid=") || option.startsWith("gid=");
        if (owner && !option.endsWith("=0")) {
          return true;
        }
      }
    }
    return false;
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
