package dev.husk.process;

import dev.husk.oci.IdMapping;
import java.util.List;

/**
 * The maps of a user namespace: user_namespaces(7).
 *
 * @param uids never empty; 0 inside is the user who makes it
 * @param gids likewise
 * @param ranges whether they hold ids of others, which newuidmap(1) and newgidmap(1) may map; the
 *     kernel lets anybody map their own, and then nobody in there may change supplementary groups
 */
public record IdMaps(List<IdMapping> uids, List<IdMapping> gids, boolean ranges) {
  public IdMaps {
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
  }

  /** Nobody but root inside, who is that user outside. */
  public static IdMaps single(long uid, long gid) {
    return new IdMaps(List.of(new IdMapping(0, uid, 1)), List.of(new IdMapping(0, gid, 1)), false);
  }

  public boolean hasUid(long inside) {
    return has(uids, inside);
  }

  public boolean hasGid(long inside) {
    return has(gids, inside);
  }

  private static boolean has(List<IdMapping> maps, long inside) {
    for (IdMapping map : maps) {
      if (inside >= map.containerID() && inside - map.containerID() < map.size()) {
        return true;
      }
    }
    return false;
  }
}
