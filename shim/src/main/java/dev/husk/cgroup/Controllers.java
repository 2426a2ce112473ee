package dev.husk.cgroup;

import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The controllers of the kernel, and lists of them as cgroup files carry them. */
final class Controllers {
  /**
   * What a sandbox is given for its own use, as far as the host has it. perf_event is always on;
   * the order is of no consequence, the kernel takes them in one write.
   */
  static final List<String> DELEGATED =
      List.of("cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc", "dmem");

  private Controllers() {}

  /**
   * Threaded controllers do not give EBUSY on a populated cgroup: alone, they turn it into a
   * threaded domain (cgroup-v2.rst, "Threads").
   */
  static boolean threaded(String controller) {
    return switch (controller) {
      case "cpu", "cpuset", "pids", "perf_event" -> true;
      default -> false;
    };
  }

  /** Whether its limit files have a line per device or resource. */
  static boolean keyed(String controller) {
    return switch (controller) {
      case "io", "rdma", "misc", "dmem" -> true;
      default -> false;
    };
  }

  static List<String> available(CgroupFs fs, Path cgroup) throws ErrnoException {
    return words(fs.read(cgroup.resolve("cgroup.controllers")));
  }

  static List<String> enabled(CgroupFs fs, Path cgroup) throws ErrnoException {
    return words(fs.read(cgroup.resolve("cgroup.subtree_control")));
  }

  /** The words of a text, at any whitespace. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int start = -1;
    for (int i = 0; i <= text.length(); i++) {
      boolean space = i == text.length() || text.charAt(i) <= ' ';
      if (space && start >= 0) {
        words.add(text.substring(start, i));
        start = -1;
      } else if (!space && start < 0) {
        start = i;
      }
    }
    return words;
  }

  /** {@code +a +b}. */
  static String command(char sign, List<String> controllers) {
    StringBuilder command = new StringBuilder();
    for (String controller : controllers) {
      if (!command.isEmpty()) {
        command.append(' ');
      }
      command.append(sign).append(controller);
    }
    return command.toString();
  }
}
