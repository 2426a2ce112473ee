package dev.husk.oci;

import java.util.ArrayList;
import java.util.List;

/** The section {@code mounts}: {@code config.md#mounts}. */
final class MountDecoder {
  private MountDecoder() {}

  static List<Mount> decode(Fields config) {
    List<Mount> mounts = new ArrayList<>();
    for (Fields mount : config.objects("mounts")) {
      String destination = mount.requiredString("destination");
      if (Rules.climbs(destination)) {
        mount.offend(
            "destination", "must not contain the component \"..\", is " + Quote.of(destination));
      }
      List<IdMapping> uids = mappings(mount, "uidMappings");
      List<IdMapping> gids = mappings(mount, "gidMappings");
      if (uids.isEmpty() != gids.isEmpty()) {
        mount.offend("must have both uidMappings and gidMappings, or neither");
      }
      mounts.add(
          new Mount(
              destination,
              mount.string("type"),
              mount.string("source"),
              mount.strings("options"),
              uids,
              gids));
    }
    return mounts;
  }

  /** Ranges as user_namespaces(7) writes them: never empty, never beyond 32 bits. */
  static List<IdMapping> mappings(Fields owner, String member) {
    List<IdMapping> mappings = new ArrayList<>();
    for (Fields mapping : owner.objects(member)) {
      long inside = mapping.requiredInteger("containerID", 0, Rules.UINT32);
      long outside = mapping.requiredInteger("hostID", 0, Rules.UINT32);
      long size = mapping.requiredInteger("size", 1, Rules.UINT32);
      if (inside + size > Rules.UINT32 || outside + size > Rules.UINT32) {
        mapping.offend("size", "must not reach beyond the largest id " + Rules.LARGEST_ID);
      }
      mappings.add(new IdMapping(inside, outside, size));
    }
    return mappings;
  }
}
