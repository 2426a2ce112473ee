package dev.husk.oci;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code linux.namespaces} and {@code linux.timeOffsets}. */
final class NamespaceDecoder {
  private static final long NANOSECONDS = 1_000_000_000L;

  private NamespaceDecoder() {}

  static List<Linux.Namespace> namespaces(Fields linux) {
    List<Linux.Namespace> namespaces = new ArrayList<>();
    Set<NamespaceType> seen = EnumSet.noneOf(NamespaceType.class);
    for (Fields namespace : linux.objects("namespaces")) {
      Optional<String> path = namespace.string("path");
      if (path.isPresent()) {
        Rules.absolute(namespace, "path", path.get());
      }
      String name = namespace.requiredString("type");
      Optional<NamespaceType> type = byName(name);
      if (type.isEmpty()) {
        namespace.offend("type", Rules.unknown(name, names()));
      } else if (!seen.add(type.get())) {
        namespace.offend("type", "must not appear twice, " + Quote.of(name) + " does");
      } else {
        namespaces.add(new Linux.Namespace(type.get(), path));
      }
    }
    return namespaces;
  }

  static Map<String, Linux.TimeOffset> timeOffsets(Fields linux) {
    Map<String, Linux.TimeOffset> offsets = new LinkedHashMap<>();
    for (Map.Entry<String, Fields> entry : linux.objectMap("timeOffsets").entrySet()) {
      Fields offset = entry.getValue();
      String clock = entry.getKey();
      if (!clock.equals("monotonic") && !clock.equals("boottime")) {
        offset.offend("is no clock; there are monotonic and boottime");
      }
      offsets.put(
          clock,
          new Linux.TimeOffset(
              offset.integer("secs", Long.MIN_VALUE, Long.MAX_VALUE).orElse(0),
              offset.integer("nanosecs", 0, NANOSECONDS - 1).orElse(0)));
    }
    return offsets;
  }

  private static Optional<NamespaceType> byName(String name) {
    for (NamespaceType type : NamespaceType.values()) {
      if (type.specName().equals(name)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }

  private static List<String> names() {
    List<String> names = new ArrayList<>();
    for (NamespaceType type : NamespaceType.values()) {
      names.add(type.specName());
    }
    return names;
  }
}
