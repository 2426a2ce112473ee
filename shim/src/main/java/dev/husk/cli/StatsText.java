package dev.husk.cli;

import dev.husk.rpc.Document;
import java.util.Locale;

/** What a sandbox uses, for people, from the message {@code Stats}. */
final class StatsText {
  private StatsText() {}

  static String all(Document stats) {
    Table table = new Table().row("RESOURCE", "USED", "LIMIT", "MORE");
    cpu(table, stats.object("cpu"));
    memory(table, stats.object("memory"), stats.object("memoryEvents"));
    Document pids = stats.object("pids");
    if (pids.has("current")) {
      table.row(
          "tasks",
          Quantity.count(pids.number("current")),
          Quantity.count(pids.number("limit")),
          "most so far "
              + Quantity.count(pids.number("peak"))
              + ", refused forks "
              + Quantity.count(pids.number("eventsMax")));
    }
    for (Document pages : stats.objects("hugetlb")) {
      table.row(
          "huge pages " + pages.text("pagesize"),
          Quantity.size(pages.number("current")),
          Quantity.size(pages.number("max")),
          "refused " + Quantity.count(pages.number("failcnt")));
    }
    for (Document device : stats.object("io").objects("usage")) {
      table.row(
          "device " + number(device, "major") + ":" + number(device, "minor"),
          "read " + Quantity.size(device.number("rbytes")),
          "",
          "written " + Quantity.size(device.number("wbytes")));
    }
    rdma(table, stats.object("rdma"));
    for (String resource : new String[] {"cpu", "memory", "io"}) {
      pressure(table, resource, stats.object(resource).object("psi"));
    }
    tree(table, stats.object("cgroup"), stats.object("freezer"));
    return table.toString();
  }

  private static void cpu(Table table, Document cpu) {
    table.row(
        "processor",
        Quantity.seconds(cpu.number("usageUsec")),
        "",
        "user "
            + Quantity.seconds(cpu.number("userUsec"))
            + ", kernel "
            + Quantity.seconds(cpu.number("systemUsec"))
            + (cpu.has("nrPeriods")
                ? ", held back "
                    + Quantity.seconds(cpu.number("throttledUsec"))
                    + " in "
                    + Quantity.count(cpu.number("nrThrottled"))
                    + " of "
                    + Quantity.count(cpu.number("nrPeriods"))
                    + " periods"
                : ""));
  }

  private static void memory(Table table, Document memory, Document events) {
    if (!memory.has("usage")) {
      return;
    }
    table.row(
        "memory",
        Quantity.size(memory.number("usage")),
        Quantity.size(memory.number("usageLimit")),
        "most so far "
            + Quantity.size(memory.number("maxUsage"))
            + ", anonymous "
            + Quantity.size(memory.number("anon"))
            + ", files "
            + Quantity.size(memory.number("file")));
    if (memory.has("swapUsage")) {
      table.row(
          "swap",
          Quantity.size(memory.number("swapUsage")),
          Quantity.size(memory.number("swapLimit")),
          "");
    }
    table.row(
        "out of memory",
        Quantity.count(events.number("oomKill")),
        "",
        "processes killed; at the limit " + Quantity.count(events.number("max")) + " times");
  }

  private static void rdma(Table table, Document rdma) {
    for (Document device : rdma.objects("current")) {
      table.row(
          "rdma " + device.text("device"),
          number(device, "hcaHandles") + " handles",
          "",
          number(device, "hcaObjects") + " objects");
    }
  }

  /** A number that has no presence is left out of JSON when it is 0. */
  private static String number(Document of, String name) {
    return of.has(name) ? Quantity.count(of.number(name)) : "0";
  }

  private static void pressure(Table table, String resource, Document psi) {
    if (psi.has("some")) {
      table.row(
          "pressure " + resource,
          percent(psi.object("some")),
          "",
          "of 10 s some waited, all " + percent(psi.object("full")));
    }
  }

  private static String percent(Document line) {
    String value = line.text("avg10");
    return String.format(Locale.ROOT, "%.2f %%", value.isEmpty() ? 0 : Double.parseDouble(value));
  }

  private static void tree(Table table, Document cgroup, Document freezer) {
    table.row(
        "cgroups",
        Quantity.count(cgroup.number("nrDescendants")),
        Quantity.count(cgroup.number("maxDescendants")),
        "dying " + Quantity.count(cgroup.number("nrDyingDescendants")));
    table.row(
        "frozen",
        freezer.isTrue("frozen") ? "yes" : "no",
        "",
        freezer.has("frozenUsec")
            ? "for " + Quantity.seconds(freezer.number("frozenUsec")) + " so far"
            : "");
  }
}
