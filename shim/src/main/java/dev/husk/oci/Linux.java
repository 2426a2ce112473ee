package dev.husk.oci;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The platform section: {@code config-linux.md}. Empty when the config has no {@code linux}. */
public record Linux(
    List<Namespace> namespaces,
    List<IdMapping> uidMappings,
    List<IdMapping> gidMappings,
    Map<String, TimeOffset> timeOffsets,
    List<Device> devices,
    Map<String, NetDevice> netDevices,
    Optional<String> cgroupsPath,
    Resources resources,
    Optional<String> rootfsPropagation,
    List<String> maskedPaths,
    List<String> readonlyPaths,
    Optional<String> mountLabel,
    Map<String, String> sysctl,
    Optional<Seccomp> seccomp,
    Optional<IntelRdt> intelRdt,
    Optional<MemoryPolicy> memoryPolicy,
    Optional<Personality> personality) {

  public Linux {
    namespaces = List.copyOf(namespaces);
    uidMappings = List.copyOf(uidMappings);
    gidMappings = List.copyOf(gidMappings);
    timeOffsets = Map.copyOf(timeOffsets);
    devices = List.copyOf(devices);
    netDevices = Map.copyOf(netDevices);
    maskedPaths = List.copyOf(maskedPaths);
    readonlyPaths = List.copyOf(readonlyPaths);
    sysctl = Map.copyOf(sysctl);
  }

  /** A namespace to make, or with a path to join. */
  public record Namespace(NamespaceType type, Optional<String> path) {}

  /** Offset of a clock in a time namespace. */
  public record TimeOffset(long secs, long nanosecs) {}

  /**
   * A device node.
   *
   * @param type one of {@code c b u p}
   */
  public record Device(
      String type,
      String path,
      OptionalLong major,
      OptionalLong minor,
      OptionalInt fileMode,
      OptionalLong uid,
      OptionalLong gid) {}

  /** A host network device to move into the container. */
  public record NetDevice(Optional<String> name) {}

  /** Cache and memory bandwidth allocation through resctrl. */
  public record IntelRdt(
      Optional<String> closID,
      Optional<String> l3CacheSchema,
      Optional<String> memBwSchema,
      List<String> schemata,
      boolean enableMonitoring) {
    public IntelRdt {
      schemata = List.copyOf(schemata);
    }
  }

  /** NUMA policy of set_mempolicy(2). */
  public record MemoryPolicy(String mode, Optional<String> nodes, List<String> flags) {
    public MemoryPolicy {
      flags = List.copyOf(flags);
    }
  }

  /** Execution domain of personality(2). */
  public record Personality(String domain, List<String> flags) {
    public Personality {
      flags = List.copyOf(flags);
    }
  }
}
