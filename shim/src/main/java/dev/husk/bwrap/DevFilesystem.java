package dev.husk.bwrap;

/**
 * The sandbox's /dev: a tmpfs that opens no device, on which the default devices of {@code
 * config-linux.md#default-devices} are bind mounts of the host's nodes, so that no other node made
 * there is of use.
 */
final class DevFilesystem {
  /** Where bwrap finds the in-sandbox init, in the container. */
  static final String INIT = ".husk-init";

  /** The default devices, besides console and ptmx. */
  static final String[] NODES = {"null", "zero", "full", "random", "urandom", "tty"};

  /** The links that {@code runtime-linux.md} demands, and ptmx: name, target. */
  static final String[][] LINKS = {
    {"fd", "/proc/self/fd"},
    {"stdin", "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"},
    {"ptmx", "pts/ptmx"},
  };

  private DevFilesystem() {}

  static boolean isNode(String name) {
    if (name.equals(INIT)) {
      return true;
    }
    for (String node : NODES) {
      if (node.equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** Empty when the name is not a link. */
  static String linkTarget(String name) {
    for (String[] link : LINKS) {
      if (link[0].equals(name)) {
        return link[1];
      }
    }
    return "";
  }
}
