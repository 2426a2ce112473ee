package dev.husk.process;

import dev.husk.oci.IdMapping;
import java.util.List;

/**
 * The maps of a user namespace: user_namespaces(7). The kernel lets anybody map their own ids; ids
 * of others are for newuidmap(1) and newgidmap(1).
 *
 * @param uids with 0 inside as the user who makes it in an entry of its own
 * @param gids likewise
 */
public record IdMaps(List<IdMapping> uids, List<IdMapping> gids) {
  public IdMaps {
    uids = List.copyOf(uids);
    gids = List.copyOf(gids);
  }

  /** Nobody but root inside, who is that user outside. */
  public static IdMaps single(long uid, long gid) {
    return new IdMaps(List.of(new IdMapping(0, uid, 1)), List.of(new IdMapping(0, gid, 1)));
  }

  /**
   * Whether supplementary groups can be changed in there. Not where a user maps just the own one:
   * dropping a group would give what that group is denied.
   */
  public boolean changesGroups() {
    return gids.size() > 1;
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
