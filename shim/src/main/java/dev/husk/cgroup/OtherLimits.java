package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** {@code hugepageLimits}, {@code rdma} and {@code network}. */
final class OtherLimits {
  private OtherLimits() {}

  /** Both the use and the reservation are bound, the latter where the kernel knows it (5.7). */
  static void hugepages(List<Resources.HugepageLimit> pages, LimitCollector limits)
      throws HuskException {
    for (int i = 0; i < pages.size(); i++) {
      Resources.HugepageLimit page = pages.get(i);
      String property = "/hugepageLimits/" + i;
      if (!isPageSize(page.pageSize())) {
        throw LimitCollector.invalid(
            property + "/pageSize",
            "\"" + page.pageSize() + "\" is not a page size",
            "write it like 2MB or 1GB");
      }
      LimitCollector.requireRange(property + "/limit", page.limit(), 0, Long.MAX_VALUE);
      String file = "hugetlb." + page.pageSize();
      String value = Long.toString(page.limit());
      limits.add(property, file + ".max", value);
      limits.add(
          LimitWrite.of(LimitCollector.POINTER + property, file + ".rsvd.max", value).asOptional());
    }
  }

  /** config-linux.md: digits and KB, MB or GB. */
  private static boolean isPageSize(String text) {
    int digits = text.length() - 2;
    if (digits < 1 || digits > 9) {
      return false;
    }
    for (int i = 0; i < digits; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    String unit = text.substring(digits);
    return unit.equals("KB") || unit.equals("MB") || unit.equals("GB");
  }

  static void rdma(Map<String, Resources.Rdma> devices, LimitCollector limits)
      throws HuskException {
    for (Map.Entry<String, Resources.Rdma> entry : new TreeMap<>(devices).entrySet()) {
      String property = "/rdma/" + pointerToken(entry.getKey());
      if (Controllers.words(entry.getKey()).size() != 1
          || !entry.getKey().equals(entry.getKey().strip())) {
        throw LimitCollector.invalid(
            property, "it is not a device's name", "give a name as in /sys/class/infiniband");
      }
      Resources.Rdma rdma = entry.getValue();
      String value =
          count(rdma.hcaHandles(), "hca_handle", property + "/hcaHandles")
              + count(rdma.hcaObjects(), "hca_object", property + "/hcaObjects");
      if (!value.isEmpty()) {
        limits.add(property, "rdma.max", entry.getKey() + value);
      }
    }
  }

  private static String count(OptionalLong value, String key, String property)
      throws HuskException {
    if (value.isEmpty()) {
      return "";
    }
    LimitCollector.requireRange(property, value.getAsLong(), 0, Integer.MAX_VALUE);
    return " " + key + "=" + value.getAsLong();
  }

  static void network(Resources.Network network, LimitCollector limits) throws HuskException {
    String why = "cgroup v2 does not classify network traffic";
    limits.notInV2("/network/classID", network.classID(), why);
    if (!network.priorities().isEmpty()) {
      limits.notInV2("/network/priorities", network.priorities().size() + " entries", why);
    }
  }

  /** RFC 6901. */
  static String pointerToken(String key) {
    return key.replace("~", "~0").replace("/", "~1");
  }
}
