package dev.husk.bwrap;

import dev.husk.oci.NamespaceType;
import dev.husk.oci.OciConfig;
import dev.husk.oci.ProcessSpec.Capabilities;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a config lets a payload reach beyond its sandbox, whatever else the sandbox is made of:
 * no namespace of the payload's own takes these capabilities' edge, where it runs in the host's
 * user namespace.
 */
final class HostReach {
  private static final String OR_TRUST =
      ", or, if you trust the payload with the host, start husk with --privileged";

  /** Name and way out, as capabilities(7) has them. */
  private static final String[][] WAYS = {
    {
      "CAP_SYS_ADMIN",
      "mounts the host's cgroups, procfs and devices anew, and so sets programs that the kernel runs"
          + " outside (core_pattern, release_agent)"
    },
    {"CAP_SYS_MODULE", "loads code into the kernel"},
    {"CAP_SYS_RAWIO", "reads and writes the machine's memory and ports"},
    {"CAP_SYS_BOOT", "loads another kernel (kexec)"},
    {"CAP_DAC_READ_SEARCH", "opens any file of the host's file systems by its handle"},
    {"CAP_BPF", "loads programs into the kernel"},
    {"CAP_PERFMON", "reads the kernel's memory"},
  };

  private HostReach() {}

  /** Each in a sentence of its own, with the place in the config. */
  record Way(String pointer, String why, String remedy) {}

  /**
   * @param ownUsers whether capabilities are those of a user namespace of the sandbox's own, where
   *     they are of no use on what is the host's
   */
  static List<Way> of(OciConfig config, NamespacePlan namespaces, boolean ownUsers) {
    List<Way> ways = new ArrayList<>();
    if (!namespaces.fresh(NamespaceType.PID)) {
      ways.add(
          new Way(
              "/linux/namespaces",
              "without a new pid namespace the payload can end the shim and what stands in for it",
              "add a namespace of type pid" + OR_TRUST));
    }
    if (ownUsers) {
      return ways;
    }
    if (config.process().isPresent() && config.process().get().capabilities().isPresent()) {
      Capabilities sets = config.process().get().capabilities().get();
      add("bounding", sets.bounding(), ways);
      add("effective", sets.effective(), ways);
      add("inheritable", sets.inheritable(), ways);
      add("permitted", sets.permitted(), ways);
      add("ambient", sets.ambient(), ways);
    }
    return ways;
  }

  private static void add(String set, List<String> names, List<Way> ways) {
    for (String[] way : WAYS) {
      int index = names.indexOf(way[0]);
      if (index >= 0) {
        ways.add(
            new Way(
                "/process/capabilities/" + set + "/" + index,
                way[0] + " " + way[1],
                "remove it" + OR_TRUST));
      }
    }
  }
}
