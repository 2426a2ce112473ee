package dev.husk.bwrap;

import dev.husk.bwrap.Resolution.Kind;
import dev.husk.bwrap.Resolution.Place;

/**
 * Where a config may mount what. A volume on or below /proc or /sys lets an image take over the
 * runtime (the class of CVE-2019-16884, CVE-2019-19921 and CVE-2023-27561 of runc), so only the
 * kernel's own file systems go there.
 */
final class DestinationRules {
  private static final String ELSEWHERE = "mount it elsewhere";

  private DestinationRules() {}

  /** Whether the type may go there; if not, an offence was added. */
  static boolean allow(MountType type, Place place, String pointer, Draft draft) {
    String path = place.path();
    String at = pointer + "/destination";
    Offences offences = draft.offences;
    if (path.equals("/")) {
      offences.invalid(at, "leads to the container's root", "set root.path instead");
      return false;
    }
    String home = home(type);
    if (!home.isEmpty() && !path.equals(home)) {
      offences.unsupported(
          at, "a mount of type " + type.fstype() + " belongs on " + home, "mount it on " + home);
      return false;
    }
    if (home.isEmpty() && (under(path, "/proc") || under(path, "/sys"))) {
      offences.unsupported(
          at,
          "leads to "
              + path
              + ": only proc, sysfs and cgroup are mounted on or below /proc and /sys",
          ELSEWHERE);
      return false;
    }
    return allowInDev(type, place, at, draft)
        && allowBelow(place, at, draft)
        && allowOver(type, place, at, draft);
  }

  private static String home(MountType type) {
    return switch (type) {
      case PROC -> "/proc";
      case SYSFS -> "/sys";
      case CGROUP -> "/sys/fs/cgroup";
      case DEVPTS -> "/dev/pts";
      case BIND, TMPFS, MQUEUE, OTHER -> "";
    };
  }

  static boolean under(String path, String directory) {
    return path.startsWith(directory)
        && (path.length() == directory.length() || path.charAt(directory.length()) == '/');
  }

  private static boolean allowInDev(MountType type, Place place, String at, Draft draft) {
    String path = place.path();
    if (!under(path, "/dev")) {
      return true;
    }
    if (path.equals("/dev")) {
      if (type != MountType.TMPFS) {
        draft.offences.unsupported(
            at, "/dev is always a tmpfs with husk's own devices", "use type tmpfs");
        return false;
      }
      return true;
    }
    if (path.equals("/dev/pts") && type != MountType.DEVPTS) {
      draft.offences.unsupported(at, "/dev/pts is always a devpts", "use type devpts");
      return false;
    }
    if (place.layer() == 0) {
      draft.offences.invalid(
          at, "comes before the mount of /dev, which would hide it", "list /dev first");
      return false;
    }
    if (place.kind() == Kind.FILE
        && draft.resolver.backing(place.layer()) instanceof Backing.Devices) {
      draft.offences.unsupported(at, path + " is one of husk's own devices", ELSEWHERE);
      return false;
    }
    return true;
  }

  private static boolean allowBelow(Place place, String at, Draft draft) {
    if (place.inside().isEmpty() || place.path().equals("/sys/fs/cgroup")) {
      return true;
    }
    Backing backing = draft.resolver.backing(place.layer());
    if (backing instanceof Backing.Opaque || backing instanceof Backing.KernelView) {
      draft.offences.unsupported(
          at, place.path() + " lies in a file system of the kernel: no mount point", ELSEWHERE);
      return false;
    }
    return true;
  }

  private static boolean allowOver(MountType type, Place place, String at, Draft draft) {
    boolean covers = place.layer() > 0 && place.inside().isEmpty();
    if (covers && (place.path().equals("/dev") || !home(type).isEmpty())) {
      draft.offences.invalid(
          at, place.path() + " is mounted twice", "leave one mount of " + place.path());
      return false;
    }
    if (type != MountType.BIND && place.kind() == Kind.FILE) {
      draft.offences.invalid(at, place.path() + " is not a directory", "name a directory");
      return false;
    }
    return true;
  }
}
