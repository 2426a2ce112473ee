package dev.husk.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A bundle in the making: a busybox root file system and a config that can be changed. */
final class Bundle {
  private static final Path PREPARE =
      Path.of("../oci-config-samples/prepare").toAbsolutePath().normalize();

  private final Path path;
  private final Map<String, Object> config = defaults();

  private Bundle(Path path) {
    this.path = path;
  }

  /** A bundle in a new directory of that name. */
  static Bundle in(Path directory, String name) throws Exception {
    Bundle bundle = new Bundle(Files.createDirectories(directory.resolve(name)));
    Programs.output(
        "cp", "-a", Template.ROOTFS.toString(), bundle.path.resolve("rootfs").toString());
    return bundle.write();
  }

  /** Made once for all tests of this JVM and removed at its end. */
  private static final class Template {
    static final Path ROOTFS = make();

    private static Path make() {
      try {
        Path directory = Files.createTempDirectory("husk-it-rootfs-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(directory)));
        Programs.output(PREPARE.toString(), directory.toString());
        return directory.resolve("rootfs");
      } catch (Exception e) {
        throw new IllegalStateException("no root file system to test with", e);
      }
    }

    private static void remove(Path directory) {
      try {
        Programs.removeTree(directory);
      } catch (IOException e) {
        System.err.println("left behind: " + directory + ": " + e.getMessage());
      }
    }
  }

  Path path() {
    return path;
  }

  Path rootfs() {
    return path.resolve("rootfs");
  }

  @Override
  public String toString() {
    return path.toString();
  }

  Bundle args(String... arguments) throws IOException {
    return set("/process/args", List.of(arguments));
  }

  /** The payload is this shell script. */
  Bundle script(String script) throws IOException {
    return args("/bin/sh", "-c", script);
  }

  /** Sets the value at a JSON pointer; {@code -} appends to a list. */
  Bundle set(String pointer, Object value) throws IOException {
    int slash = pointer.lastIndexOf('/');
    String name = pointer.substring(slash + 1);
    Object parent = at(pointer.substring(0, slash));
    if (parent instanceof List<?>) {
      List<Object> list = list(parent);
      if (name.equals("-")) {
        list.add(value);
      } else {
        list.set(Integer.parseInt(name), value);
      }
    } else {
      map(parent).put(name, value);
    }
    return write();
  }

  Bundle remove(String pointer) throws IOException {
    int slash = pointer.lastIndexOf('/');
    map(at(pointer.substring(0, slash))).remove(pointer.substring(slash + 1));
    return write();
  }

  /** Adds a mount after the usual ones. */
  Bundle mount(String destination, String type, String source, String... options)
      throws IOException {
    return set("/mounts/-", mountOf(destination, type, source, options));
  }

  private Object at(String pointer) {
    Object value = config;
    for (String name : pointer.isEmpty() ? new String[0] : pointer.substring(1).split("/")) {
      value =
          value instanceof List<?> list
              ? list.get(Integer.parseInt(name))
              : map(value).computeIfAbsent(name, missing -> new LinkedHashMap<String, Object>());
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object value) {
    return (List<Object>) value;
  }

  private Bundle write() throws IOException {
    Files.writeString(path.resolve("config.json"), Json.of(config));
    return this;
  }

  private static Map<String, Object> mountOf(
      String destination, String type, String source, String... options) {
    Map<String, Object> mount = object("destination", destination, "type", type, "source", source);
    if (options.length > 0) {
      mount.put("options", List.of(options));
    }
    return mount;
  }

  /** A map in the order of its names and values. */
  static Map<String, Object> object(Object... namesAndValues) {
    Map<String, Object> object = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      object.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return object;
  }

  private static Map<String, Object> defaults() {
    List<Object> namespaces = new ArrayList<>();
    for (String type : List.of("pid", "network", "ipc", "uts", "mount", "cgroup")) {
      namespaces.add(object("type", type));
    }
    return object(
        "ociVersion", "1.3.0",
        "process",
            object(
                "user", object("uid", 0, "gid", 0),
                "args", List.of("/bin/true"),
                "env", List.of("PATH=/bin:/sbin", ProcFs.MARKER),
                "cwd", "/",
                "noNewPrivileges", true),
        "root", object("path", "rootfs", "readonly", true),
        "hostname", "box",
        "mounts", mounts(),
        "linux",
            object(
                "namespaces", namespaces,
                "maskedPaths", List.of("/proc/kcore", "/proc/keys", "/proc/acpi", "/sys/firmware"),
                "readonlyPaths", List.of("/proc/bus", "/proc/irq", "/proc/sys")));
  }

  private static List<Object> mounts() {
    List<Object> mounts = new ArrayList<>();
    mounts.add(mountOf("/proc", "proc", "proc"));
    mounts.add(
        mountOf("/dev", "tmpfs", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"));
    mounts.add(
        mountOf(
            "/dev/pts",
            "devpts",
            "devpts",
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5"));
    mounts.add(
        mountOf("/dev/shm", "tmpfs", "shm", "nosuid", "noexec", "nodev", "mode=1777", "size=1m"));
    mounts.add(mountOf("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev"));
    mounts.add(mountOf("/sys", "sysfs", "sysfs", "nosuid", "noexec", "nodev", "ro"));
    mounts.add(
        mountOf(
            "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime", "ro"));
    return mounts;
  }
}
