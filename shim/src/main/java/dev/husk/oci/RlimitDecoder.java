package dev.husk.oci;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The section {@code process.rlimits}; the names are those of getrlimit(2) on Linux. */
final class RlimitDecoder {
  private static final List<String> TYPES =
      List.of(
          "RLIMIT_AS",
          "RLIMIT_CORE",
          "RLIMIT_CPU",
          "RLIMIT_DATA",
          "RLIMIT_FSIZE",
          "RLIMIT_LOCKS",
          "RLIMIT_MEMLOCK",
          "RLIMIT_MSGQUEUE",
          "RLIMIT_NICE",
          "RLIMIT_NOFILE",
          "RLIMIT_NPROC",
          "RLIMIT_RSS",
          "RLIMIT_RTPRIO",
          "RLIMIT_RTTIME",
          "RLIMIT_SIGPENDING",
          "RLIMIT_STACK");

  private RlimitDecoder() {}

  static List<ProcessSpec.Rlimit> decode(Fields process) {
    List<ProcessSpec.Rlimit> rlimits = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Fields rlimit : process.objects("rlimits")) {
      String type = Rules.requiredOneOf(rlimit, "type", TYPES);
      if (!seen.add(type)) {
        rlimit.offend("type", "must not appear twice, " + Quote.of(type) + " does");
      }
      long soft = rlimit.requiredUnsigned("soft");
      long hard = rlimit.requiredUnsigned("hard");
      if (Long.compareUnsigned(soft, hard) > 0) {
        rlimit.offend(
            "hard",
            "must not be less than soft, is "
                + Long.toUnsignedString(hard)
                + " and soft is "
                + Long.toUnsignedString(soft));
      }
      rlimits.add(new ProcessSpec.Rlimit(type, soft, hard));
    }
    return rlimits;
  }
}
