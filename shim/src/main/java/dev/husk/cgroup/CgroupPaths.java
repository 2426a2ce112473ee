package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where a sandbox goes in the tree: config-linux.md, "Cgroups Path". */
final class CgroupPaths {
  /** Parent of sandboxes whose config names none, and of relative paths. */
  static final String DEFAULT_PARENT = "husk";

  /** The leaf in which processes settle, and the namespace's root above it. */
  static final String INIT = "init";

  static final String PAYLOAD = "payload";

  /** P in a scope of systemd. */
  static final String SANDBOX = "sandbox";

  /** Beside it, for the process that keeps the scope. */
  static final String KEEPER = "keeper";

  /** Beside the payload's, for bwrap's monitor. */
  static final String MONITOR = "monitor";

  /** A file name's bound on other file systems; the kernel sets none here. */
  private static final int LONGEST_NAME = 255;

  /** Leaves most of PATH_MAX to the mount point and the cgroups made inside the sandbox. */
  private static final int LONGEST_PATH = 1024;

  private static final String POINTER = "/linux/cgroupsPath";

  private CgroupPaths() {}

  /** The names from the mount point down to P. */
  static List<String> resolve(Optional<String> cgroupsPath, String id) throws HuskException {
    if (cgroupsPath.isEmpty()) {
      checkName(id, "id");
      return List.of(DEFAULT_PARENT, id);
    }
    String path = cgroupsPath.get();
    List<String> names = new ArrayList<>();
    if (!path.startsWith("/")) {
      refuseSystemdForm(path);
      names.add(DEFAULT_PARENT);
    }
    int given = names.size();
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty()) {
        checkName(name, POINTER);
        names.add(name);
      }
    }
    if (names.size() == given) {
      throw invalid(POINTER, "\"" + path + "\" names no cgroup");
    }
    if (path.getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw invalid(POINTER, "it is longer than " + LONGEST_PATH + " bytes");
    }
    return names;
  }

  private static void refuseSystemdForm(String path) throws HuskException {
    int first = path.indexOf(':');
    if (first >= 0 && path.indexOf(':', first + 1) >= 0 && path.indexOf('/') < 0) {
      throw new HuskException(
          new CgroupFailure.InvalidValue(
              POINTER,
              "\"" + path + "\" is systemd's slice:prefix:name form",
              "give a path in the cgroup tree"));
    }
  }

  static void checkName(String name, String where) throws HuskException {
    if (name.equals("..") || name.equals(".")) {
      throw invalid(where, "\"" + name + "\" would leave the place it is given");
    }
    if (name.isEmpty() || name.startsWith(".")) {
      throw invalid(where, "a cgroup's name is not empty and does not begin with a dot");
    }
    if (name.equals(INIT) || name.equals(PAYLOAD)) {
      throw invalid(where, "\"" + name + "\" is a name that husk gives to cgroups of its own");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c < ' ' || c == 0x7f || c == '/') {
        throw invalid(where, "a cgroup's name holds no slash and no control character");
      }
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    if (!new String(bytes, StandardCharsets.UTF_8).equals(name)) {
      throw invalid(where, "a cgroup's name is proper Unicode");
    }
    if (bytes.length > LONGEST_NAME) {
      throw invalid(where, "a name is longer than " + LONGEST_NAME + " bytes");
    }
    String prefix = LimitWrite.controllerOf(name);
    boolean kernelName =
        prefix.equals(LimitWrite.CORE)
            || prefix.equals("perf_event")
            || Controllers.DELEGATED.contains(prefix);
    if (kernelName && name.length() > prefix.length()) {
      throw invalid(where, "\"" + name + "\" looks like a file of the kernel");
    }
  }

  private static HuskException invalid(String where, String why) {
    return new HuskException(
        new CgroupFailure.InvalidValue(
            where, why, "give a path such as /husk/my-sandbox, or leave it out"));
  }
}
