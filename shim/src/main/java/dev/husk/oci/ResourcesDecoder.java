package dev.husk.oci;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The section {@code linux.resources}: {@code config-linux.md#control-groups}. */
final class ResourcesDecoder {
  private ResourcesDecoder() {}

  static Resources decode(Fields resources) {
    return new Resources(
        devices(resources),
        MemoryDecoder.decode(resources.object("memory")),
        CpuDecoder.decode(resources.object("cpu")),
        BlockIoDecoder.decode(resources.object("blockIO")),
        hugepages(resources),
        network(resources.object("network")),
        pidsLimit(resources),
        rdma(resources),
        UnifiedDecoder.decode(resources));
  }

  /** {@code -1} as a device number is how many producers write "any". */
  private static List<Resources.DeviceRule> devices(Fields resources) {
    List<Resources.DeviceRule> rules = new ArrayList<>();
    for (Fields rule : resources.objects("devices")) {
      Optional<String> type = rule.string("type");
      if (type.isPresent() && !List.of("a", "b", "c").contains(type.get())) {
        rule.offend("type", "must be one of a b c, is " + Quote.of(type.get()));
      }
      Optional<String> access = rule.string("access");
      if (access.isPresent() && !isAccess(access.get())) {
        rule.offend("access", "must be letters of rwm, each once, is " + Quote.of(access.get()));
      }
      rules.add(
          new Resources.DeviceRule(
              rule.requiredFlag("allow"),
              type,
              rule.integer("major", -1, Rules.UINT32),
              rule.integer("minor", -1, Rules.UINT32),
              access));
    }
    return rules;
  }

  private static boolean isAccess(String access) {
    for (int i = 0; i < access.length(); i++) {
      char c = access.charAt(i);
      if ("rwm".indexOf(c) < 0 || access.indexOf(c) != i) {
        return false;
      }
    }
    return true;
  }

  private static List<Resources.HugepageLimit> hugepages(Fields resources) {
    List<Resources.HugepageLimit> limits = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Fields limit : resources.objects("hugepageLimits")) {
      String size = limit.requiredString("pageSize");
      if (!isPageSize(size)) {
        limit.offend("pageSize", "must read like 64KB, 2MB or 1GB, is " + Quote.of(size));
      } else if (!seen.add(size)) {
        limit.offend("pageSize", "must not appear twice, " + Quote.of(size) + " does");
      }
      limits.add(
          new Resources.HugepageLimit(size, limit.requiredInteger("limit", 0, Long.MAX_VALUE)));
    }
    return limits;
  }

  private static boolean isPageSize(String size) {
    if (size.length() < 3 || !size.endsWith("B")) {
      return false;
    }
    String digits = size.substring(0, size.length() - 2);
    return "KMG".indexOf(size.charAt(size.length() - 2)) >= 0
        && digits.charAt(0) != '0'
        && Rules.onlyDigits(digits);
  }

  private static Resources.Network network(Fields network) {
    List<Resources.NetworkPriority> priorities = new ArrayList<>();
    for (Fields priority : network.objects("priorities")) {
      priorities.add(
          new Resources.NetworkPriority(
              priority.requiredString("name"),
              priority.requiredInteger("priority", 0, Rules.UINT32)));
    }
    return new Resources.Network(network.integer("classID", 0, Rules.UINT32), priorities);
  }

  /** -1 is no limit and 0 a real one (spec 1.3). */
  private static OptionalLong pidsLimit(Fields resources) {
    return resources.object("pids").integer("limit", -1, Long.MAX_VALUE);
  }

  private static Map<String, Resources.Rdma> rdma(Fields resources) {
    Map<String, Resources.Rdma> limits = new LinkedHashMap<>();
    for (Map.Entry<String, Fields> entry : resources.objectMap("rdma").entrySet()) {
      Fields limit = entry.getValue();
      if (!isOneWord(entry.getKey())) {
        limit.offend("is no name of an RDMA device");
      }
      OptionalLong handles = limit.integer("hcaHandles", 0, Rules.UINT32);
      OptionalLong objects = limit.integer("hcaObjects", 0, Rules.UINT32);
      if (!limit.has("hcaHandles") && !limit.has("hcaObjects")) {
        limit.offend("must set hcaHandles, hcaObjects or both");
      }
      limits.put(entry.getKey(), new Resources.Rdma(handles, objects));
    }
    return limits;
  }

  private static boolean isOneWord(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) <= ' ') {
        return false;
      }
    }
    return !text.isEmpty();
  }
}
