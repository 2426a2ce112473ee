package dev.husk.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The section {@code linux}: {@code config-linux.md}. */
final class LinuxDecoder {
  private static final List<String> PROPAGATIONS =
      List.of(
          "shared",
          "slave",
          "private",
          "unbindable",
          "rshared",
          "rslave",
          "rprivate",
          "runbindable");
  private static final List<String> DOMAINS = List.of("LINUX", "LINUX32");
  private static final List<String> MEMORY_MODES =
      List.of(
          "MPOL_DEFAULT",
          "MPOL_BIND",
          "MPOL_INTERLEAVE",
          "MPOL_WEIGHTED_INTERLEAVE",
          "MPOL_PREFERRED",
          "MPOL_PREFERRED_MANY",
          "MPOL_LOCAL");
  private static final List<String> MEMORY_FLAGS =
      List.of("MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES");

  private LinuxDecoder() {}

  static Linux decode(Fields linux) {
    List<IdMapping> uids = MountDecoder.mappings(linux, "uidMappings");
    List<IdMapping> gids = MountDecoder.mappings(linux, "gidMappings");
    return new Linux(
        NamespaceDecoder.namespaces(linux),
        uids,
        gids,
        NamespaceDecoder.timeOffsets(linux),
        DeviceDecoder.devices(linux),
        DeviceDecoder.netDevices(linux),
        cgroupsPath(linux),
        ResourcesDecoder.decode(linux.object("resources")),
        propagation(linux),
        Rules.absolutePaths(linux, "maskedPaths"),
        Rules.absolutePaths(linux, "readonlyPaths"),
        linux.string("mountLabel"),
        sysctl(linux),
        linux.has("seccomp")
            ? Optional.of(SeccompDecoder.decode(linux.object("seccomp")))
            : Optional.empty(),
        intelRdt(linux),
        memoryPolicy(linux),
        personality(linux));
  }

  private static Optional<String> cgroupsPath(Fields linux) {
    Optional<String> path = linux.string("cgroupsPath");
    if (path.isPresent()) {
      if (Rules.climbs(path.get())) {
        linux.offend(
            "cgroupsPath", "must not contain the component \"..\", is " + Quote.of(path.get()));
      } else if (path.get().indexOf('\n') >= 0) {
        linux.offend("cgroupsPath", "must not contain a newline");
      }
    }
    return path;
  }

  private static Optional<String> propagation(Fields linux) {
    Optional<String> value = linux.string("rootfsPropagation");
    if (value.isPresent() && !PROPAGATIONS.contains(value.get())) {
      linux.offend("rootfsPropagation", Rules.unknown(value.get(), PROPAGATIONS));
    }
    return value;
  }

  /** Keys are written with dots or with slashes, as sysctl(8) takes them. */
  private static Map<String, String> sysctl(Fields linux) {
    Map<String, String> sysctl = linux.stringMap("sysctl");
    Fields at = linux.object("sysctl");
    for (Map.Entry<String, String> entry : sysctl.entrySet()) {
      if (!isSysctl(entry.getKey())) {
        at.offend(entry.getKey(), "must be named like net.ipv4.ip_forward");
      } else if (entry.getValue().indexOf('\0') >= 0) {
        at.offend(entry.getKey(), "must not contain a NUL character");
      }
    }
    return sysctl;
  }

  private static boolean isSysctl(String key) {
    String path = key.replace('.', '/');
    if (path.isEmpty() || path.indexOf('/') < 0 || path.indexOf('\0') >= 0) {
      return false;
    }
    for (String component : path.split("/", -1)) {
      if (component.isEmpty()) {
        return false;
      }
    }
    return true;
  }

  private static Optional<Linux.IntelRdt> intelRdt(Fields linux) {
    if (!linux.has("intelRdt")) {
      return Optional.empty();
    }
    Fields rdt = linux.object("intelRdt");
    return Optional.of(
        new Linux.IntelRdt(
            rdt.string("closID"),
            rdt.string("l3CacheSchema"),
            rdt.string("memBwSchema"),
            rdt.strings("schemata"),
            rdt.flag("enableMonitoring")));
  }

  private static Optional<Linux.MemoryPolicy> memoryPolicy(Fields linux) {
    if (!linux.has("memoryPolicy")) {
      return Optional.empty();
    }
    Fields policy = linux.object("memoryPolicy");
    Optional<String> nodes = policy.string("nodes");
    Rules.cpuList(policy, "nodes", nodes.orElse(""));
    return Optional.of(
        new Linux.MemoryPolicy(
            Rules.requiredOneOf(policy, "mode", MEMORY_MODES),
            nodes,
            Rules.allOf(policy, "flags", MEMORY_FLAGS)));
  }

  private static Optional<Linux.Personality> personality(Fields linux) {
    if (!linux.has("personality")) {
      return Optional.empty();
    }
    Fields personality = linux.object("personality");
    return Optional.of(
        new Linux.Personality(
            Rules.requiredOneOf(personality, "domain", DOMAINS), personality.strings("flags")));
  }
}
