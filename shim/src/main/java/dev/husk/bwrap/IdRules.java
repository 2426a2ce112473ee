package dev.husk.bwrap;

import dev.husk.oci.OciConfig;
import dev.husk.oci.ProcessSpec;
import dev.husk.process.IdMaps;
import dev.husk.process.OwnUser;
import dev.husk.process.SubordinateIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What of a config needs ids that a user namespace does not have; nothing does without one. */
final class IdRules {
  /** Of group tty: a stock config gives it to the terminals. */
  private static final String TTY = "gid=5";

  private final Optional<IdMaps> maps;
  private final Offences offences;
  private final List<String> warnings = new ArrayList<>();

  IdRules(Optional<IdMaps> maps, Offences offences) {
    this.maps = maps;
    this.offences = offences;
  }

  boolean ownUsers() {
    return maps.isPresent();
  }

  List<String> warnings() {
    return warnings;
  }

  /** The payload's user and groups. */
  void check(OciConfig config) {
    if (maps.isEmpty() || config.process().isEmpty()) {
      return;
    }
    ProcessSpec.User user = config.process().get().user();
    if (!maps.get().hasUid(user.uid())) {
      refuse("/process/user/uid", "user id " + user.uid(), "0");
    }
    if (!maps.get().hasGid(user.gid())) {
      refuse("/process/user/gid", "group id " + user.gid(), "0");
    }
    if (!maps.get().changesGroups() && !user.additionalGids().isEmpty()) {
      refuse("/process/user/additionalGids", "a set of groups of its own", "an empty list");
      return;
    }
    for (int i = 0; i < user.additionalGids().size(); i++) {
      long gid = user.additionalGids().get(i);
      if (!maps.get().hasGid(gid)) {
        refuse("/process/user/additionalGids/" + i, "group id " + gid, "another group");
      }
    }
  }

  /**
   * Whether a parameter of a file system is to be passed on: the owner that it names is in the user
   * namespace. The group of a stock config's terminals is left out, with a warning.
   */
  boolean passes(MountType type, String parameter, String pointer) {
    if (maps.isEmpty()) {
      return true;
    }
    boolean group = parameter.startsWith("gid=");
    if (!group && !parameter.startsWith("uid=")) {
      return true;
    }
    long id = Long.parseLong(parameter.substring("uid=".length()));
    if (group ? maps.get().hasGid(id) : maps.get().hasUid(id)) {
      return true;
    }
    if (type == MountType.DEVPTS && parameter.equals(TTY)) {
      warnings.add(
          pointer
              + ": gid=5 is not in husk's user namespace: terminals are of group 0 instead; "
              + remedy("remove the option"));
      return false;
    }
    refuse(pointer, (group ? "group id " : "user id ") + id, "an owner of 0");
    return true;
  }

  private void refuse(String pointer, String what, String instead) {
    offences.unsupported(
        pointer,
        what + " is not to be had in the user namespace of an unprivileged user's sandbox",
        remedy("use " + instead));
  }

  private static String remedy(String otherwise) {
    String obstacle = SubordinateIds.obstacle(OwnUser.uid());
    return obstacle.isEmpty() ? otherwise : obstacle + ", or " + otherwise;
  }
}
