package dev.husk.bwrap;

import dev.husk.bwrap.ExpectedMount.Access;
import dev.husk.process.MountInfo;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the kernel says about the payload's mounts with the plan: the defence against
 * everything between planning and start, as runc's CVE-2025-52881 asks for.
 */
public final class MountCheck {
  private static final String[] BWRAPS_OWN_IN_PROC = {
    "/proc/sys", "/proc/sysrq-trigger", "/proc/irq", "/proc/bus"
  };

  private MountCheck() {}

  /**
   * Every difference as a sentence; none means that all is as planned.
   *
   * @param mountinfo content of {@code /proc/PID/mountinfo} of the process inside, after it said
   *     that it is ready
   */
  public static List<String> verify(String mountinfo, SandboxPlan plan) {
    List<MountInfo.Entry> entries;
    try {
      entries = MountInfo.parse(mountinfo);
    } catch (IllegalArgumentException e) {
      return List.of("mountinfo cannot be read: " + e.getMessage());
    }
    List<String> differences = new ArrayList<>();
    List<ExpectedMount> expected = plan.expected();
    for (int i = 0; i < expected.size(); i++) {
      if (!expectedLater(expected, i)) {
        compare(expected.get(i), entries, differences);
      }
    }
    for (MountInfo.Entry entry : entries) {
      foreign(entry, expected, differences);
    }
    return differences;
  }

  /** Of several mounts on one place only the last is to be seen. */
  private static boolean expectedLater(List<ExpectedMount> expected, int index) {
    for (int i = index + 1; i < expected.size(); i++) {
      if (expected.get(i).destination().equals(expected.get(index).destination())) {
        return true;
      }
    }
    return false;
  }

  private static void compare(
      ExpectedMount expected, List<MountInfo.Entry> entries, List<String> differences) {
    MountInfo.Entry entry = visible(expected.destination(), entries);
    if (entry == null) {
      differences.add(expected.destination() + " is not mounted");
      return;
    }
    if (expected.fstype().isPresent() && !expected.fstype().get().equals(entry.fstype())) {
      differences.add(
          expected.destination()
              + " is of type "
              + entry.fstype()
              + " instead of "
              + expected.fstype().get());
    }
    if (expected.access() == Access.READ_ONLY && !entry.readOnly()) {
      differences.add(expected.destination() + " is writable instead of read-only");
    }
    if (expected.access() == Access.WRITABLE && entry.readOnly()) {
      differences.add(expected.destination() + " is read-only instead of writable");
    }
    for (String option : expected.options()) {
      if (!entry.has(option)) {
        differences.add(expected.destination() + " lacks the option " + option);
      }
    }
  }

  private static MountInfo.@Nullable Entry visible(
      String destination, List<MountInfo.Entry> entries) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i).mountPoint().equals(destination)) {
        return entries.get(i);
      }
    }
    return null;
  }

  private static void foreign(
      MountInfo.Entry entry, List<ExpectedMount> expected, List<String> differences) {
    String point = entry.mountPoint();
    if (DestinationRules.under(point, "/oldroot") || DestinationRules.under(point, "/newroot")) {
      differences.add(point + " is left over from bubblewrap's set-up");
      return;
    }
    boolean kernels = below(point, "/proc") || below(point, "/sys");
    if (kernels && !planned(point, expected)) {
      differences.add(point + " is mounted and not in the plan");
    }
    if (point.equals("/proc") && !entry.root().equals("/")) {
      differences.add("/proc shows only " + entry.root() + " of a procfs");
    }
  }

  private static boolean below(String path, String directory) {
    return path.length() > directory.length() && DestinationRules.under(path, directory);
  }

  private static boolean planned(String point, List<ExpectedMount> expected) {
    for (ExpectedMount mount : expected) {
      if (mount.destination().equals(point)) {
        return true;
      }
    }
    for (String own : BWRAPS_OWN_IN_PROC) {
      if (own.equals(point)) {
        return true;
      }
    }
    return false;
  }
}
