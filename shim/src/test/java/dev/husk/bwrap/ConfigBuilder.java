package dev.husk.bwrap;

import dev.husk.oci.Hooks;
import dev.husk.oci.IdMapping;
import dev.husk.oci.Linux;
import dev.husk.oci.Linux.Namespace;
import dev.husk.oci.Mount;
import dev.husk.oci.NamespaceType;
import dev.husk.oci.OciConfig;
import dev.husk.oci.ProcessSpec;
import dev.husk.oci.ProcessSpec.Capabilities;
import dev.husk.oci.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** A config of which a test says only what it is about. */
final class ConfigBuilder {
  private final List<Mount> mounts = new ArrayList<>();
  private final List<Namespace> namespaces = new ArrayList<>();
  private final List<String> masked = new ArrayList<>();
  private final List<String> readonly = new ArrayList<>();
  private Optional<String> hostname = Optional.empty();
  private Optional<String> domainname = Optional.empty();
  private Optional<String> propagation = Optional.empty();
  private Optional<Capabilities> capabilities = Optional.empty();
  private ProcessSpec.User user = new ProcessSpec.User(0, 0, OptionalInt.empty(), List.of());
  private boolean readonlyRoot;

  /** All namespaces that a usual config makes new, and no mounts. */
  static ConfigBuilder bare() {
    ConfigBuilder builder = new ConfigBuilder();
    for (NamespaceType type :
        List.of(
            NamespaceType.PID,
            NamespaceType.NETWORK,
            NamespaceType.IPC,
            NamespaceType.UTS,
            NamespaceType.MOUNT)) {
      builder.namespaces.add(new Namespace(type, Optional.empty()));
    }
    return builder;
  }

  /** The mounts and paths that {@code runc spec} writes. */
  static ConfigBuilder usual() {
    return bare()
        .hostname("sandbox")
        .mount("proc", "proc", "/proc")
        .mount("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k")
        .mount(
            "devpts",
            "devpts",
            "/dev/pts",
            "nosuid",
            "noexec",
            "newinstance",
            "ptmxmode=0666",
            "mode=0620",
            "gid=5")
        .mount("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k")
        .mount("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev")
        .mount("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro")
        .mount("cgroup", "cgroup", "/sys/fs/cgroup", "nosuid", "noexec", "nodev", "relatime", "ro")
        .masked("/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware")
        .readonly("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");
  }

  ConfigBuilder mount(String type, String source, String destination, String... options) {
    mounts.add(
        new Mount(
            destination,
            type.isEmpty() ? Optional.empty() : Optional.of(type),
            source.isEmpty() ? Optional.empty() : Optional.of(source),
            List.of(options),
            List.of(),
            List.of()));
    return this;
  }

  ConfigBuilder mappedMount(String source, String destination) {
    mounts.add(
        new Mount(
            destination,
            Optional.of("bind"),
            Optional.of(source),
            List.of("rbind"),
            List.of(new IdMapping(0, 1000, 1)),
            List.of()));
    return this;
  }

  ConfigBuilder without(NamespaceType type) {
    namespaces.removeIf(namespace -> namespace.type() == type);
    return this;
  }

  ConfigBuilder namespace(NamespaceType type, String path) {
    namespaces.add(new Namespace(type, path.isEmpty() ? Optional.empty() : Optional.of(path)));
    return this;
  }

  ConfigBuilder masked(String... paths) {
    masked.addAll(List.of(paths));
    return this;
  }

  ConfigBuilder readonly(String... paths) {
    readonly.addAll(List.of(paths));
    return this;
  }

  ConfigBuilder hostname(String name) {
    hostname = Optional.of(name);
    return this;
  }

  ConfigBuilder domainname(String name) {
    domainname = Optional.of(name);
    return this;
  }

  ConfigBuilder propagation(String value) {
    propagation = Optional.of(value);
    return this;
  }

  ConfigBuilder readonlyRoot() {
    readonlyRoot = true;
    return this;
  }

  ConfigBuilder user(long uid, long gid, Long... groups) {
    user = new ProcessSpec.User(uid, gid, OptionalInt.empty(), List.of(groups));
    return this;
  }

  ConfigBuilder bounding(String... names) {
    capabilities =
        Optional.of(new Capabilities(List.of(), List.of(names), List.of(), List.of(), List.of()));
    return this;
  }

  OciConfig build() {
    return new OciConfig(
        "1.3.0",
        new OciConfig.Root("rootfs", readonlyRoot),
        mounts,
        hostname,
        domainname,
        Optional.of(process()),
        Hooks.none(),
        Map.of(),
        linux());
  }

  private ProcessSpec process() {
    return new ProcessSpec(
        false,
        Optional.empty(),
        "/",
        List.of(),
        List.of("/bin/busybox"),
        List.of(),
        Optional.empty(),
        capabilities,
        Optional.of(true),
        OptionalInt.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        user);
  }

  private Linux linux() {
    return new Linux(
        namespaces,
        List.of(),
        List.of(),
        Map.of(),
        List.of(),
        Map.of(),
        Optional.empty(),
        Resources.none(),
        propagation,
        masked,
        readonly,
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
