package dev.husk.oci;

import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code mounts}: {@code config.md#mounts}, mounted in listed order.
 *
 * @param destination path in the container; a relative one is meant from {@code /}
 * @param type filesystem type; empty for a bind mount given by its options
 * @param source as written; for a bind mount relative to the bundle
 * @param options in the order written
 */
public record Mount(
    String destination,
    Optional<String> type,
    Optional<String> source,
    List<String> options,
    List<IdMapping> uidMappings,
    List<IdMapping> gidMappings) {

  public Mount {
    options = List.copyOf(options);
    uidMappings = List.copyOf(uidMappings);
    gidMappings = List.copyOf(gidMappings);
  }
}
