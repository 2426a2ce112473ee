package dev.husk.sandbox;

import dev.husk.bwrap.BwrapFailure;
import dev.husk.bwrap.Offence;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.oci.IdMapping;
import dev.husk.oci.Linux;
import dev.husk.process.IdMaps;
import dev.husk.process.SubordinateIds;
import java.util.ArrayList;
import java.util.List;

/** The maps that a config names, as far as an unprivileged user may make them. */
final class GivenMaps {
  private GivenMaps() {}

  /**
   * Checks them before the kernel does, which says EPERM to all that is wrong.
   *
   * @throws HuskException {@link BwrapFailure.ConfigRefused}
   */
  static IdMaps check(Linux linux, long uid, long gid) throws HuskException {
    List<Offence> offences = new ArrayList<>();
    check(
        "/linux/uidMappings",
        linux.uidMappings(),
        uid,
        SubordinateIds.ranges("subuid", uid),
        offences);
    check(
        "/linux/gidMappings",
        linux.gidMappings(),
        gid,
        SubordinateIds.ranges("subgid", uid),
        offences);
    boolean ranges = linux.uidMappings().size() > 1 || linux.gidMappings().size() > 1;
    String obstacle = ranges ? SubordinateIds.obstacle(uid) : "";
    if (offences.isEmpty() && !obstacle.isEmpty()) {
      offences.add(
          new Offence(
              "/linux/uidMappings",
              "ids of others cannot be mapped here",
              obstacle,
              FailureKind.UNSUPPORTED));
    }
    if (!offences.isEmpty()) {
      throw new HuskException(new BwrapFailure.ConfigRefused(offences));
    }
    return new IdMaps(linux.uidMappings(), linux.gidMappings());
  }

  private static void check(
      String pointer,
      List<IdMapping> maps,
      long own,
      List<IdMapping> allowed,
      List<Offence> offences) {
    boolean root = false;
    for (int i = 0; i < maps.size(); i++) {
      IdMapping map = maps.get(i);
      boolean ofRoot = map.containerID() == 0 && map.hostID() == own && map.size() == 1;
      root |= ofRoot;
      if (!ofRoot && !within(map, allowed)) {
        offences.add(
            new Offence(
                pointer + "/" + i,
                "this user may not map "
                    + map.size()
                    + " ids from "
                    + map.hostID()
                    + " on of the host: neither its own nor in "
                    + (pointer.contains("uid") ? "/etc/subuid" : "/etc/subgid"),
                "correct the mapping, have the range given to the user there, or leave all"
                    + " mappings out",
                FailureKind.UNSUPPORTED));
      }
    }
    if (!root) {
      offences.add(
          new Offence(
              pointer,
              "an unprivileged user's sandbox has that user as its root",
              "map id 0 of the container to "
                  + own
                  + " with size 1 in an entry of its own, or leave all mappings out",
              FailureKind.UNSUPPORTED));
    }
  }

  private static boolean within(IdMapping map, List<IdMapping> allowed) {
    for (IdMapping range : allowed) {
      if (map.hostID() >= range.hostID()
          && map.hostID() + map.size() <= range.hostID() + range.size()) {
        return true;
      }
    }
    return false;
  }
}
