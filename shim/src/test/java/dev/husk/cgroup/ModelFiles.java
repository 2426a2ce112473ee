package dev.husk.cgroup;

import dev.husk.process.Errno;
import java.util.Optional;

/** The value files of the model: what they hold at first and what they take. */
final class ModelFiles {
  private static final long PAGE = 4096;
  private static final long HUGE = 2L << 20;
  private static final int CPUS = 4;

  private ModelFiles() {}

  /** Empty for a file that the model does not know. */
  static Optional<String> initial(String file) {
    return switch (file) {
      case "cgroup.max.depth",
          "cgroup.max.descendants",
          "memory.max",
          "memory.high",
          "memory.swap.max",
          "pids.max",
          "hugetlb.2MB.max",
          "hugetlb.2MB.rsvd.max" ->
          Optional.of("max");
      case "memory.low", "memory.oom.group", "cpu.idle", "cpu.max.burst" -> Optional.of("0");
      case "cpu.weight" -> Optional.of("100");
      case "cpu.max" -> Optional.of("max 100000");
      case "io.weight" -> Optional.of("default 100");
      case "cpuset.cpus", "cpuset.mems", "io.max", "rdma.max", "misc.max" -> Optional.of("");
      case "cpuset.cpus.effective" -> Optional.of("0-3");
      case "cpuset.mems.effective" -> Optional.of("0");
      default -> Optional.empty();
    };
  }

  static Optional<Errno> store(ModelNode node, String file, String content) {
    return switch (file) {
      case "cgroup.max.depth", "cgroup.max.descendants" -> bound(node, file, content);
      case "memory.max", "memory.high", "memory.low", "memory.swap.max" ->
          size(node, file, content, PAGE);
      case "hugetlb.2MB.max", "hugetlb.2MB.rsvd.max" -> size(node, file, content, HUGE);
      case "cpuset.cpus" -> cpus(node, content);
      case "io.weight" -> put(node, file, content.contains(" ") ? content : "default " + content);
      default -> put(node, file, content);
    };
  }

  private static Optional<Errno> put(ModelNode node, String file, String content) {
    node.values.put(file, content);
    return Optional.empty();
  }

  private static Optional<Errno> bound(ModelNode node, String file, String content) {
    if (!content.equals("max")) {
      long value;
      try {
        value = Long.parseLong(content);
      } catch (NumberFormatException e) {
        return Optional.of(Errno.EINVAL);
      }
      if (value < 0 || value > Integer.MAX_VALUE) {
        return Optional.of(Errno.ERANGE);
      }
    }
    return put(node, file, content);
  }

  private static Optional<Errno> size(ModelNode node, String file, String content, long unit) {
    if (content.equals("max")) {
      return put(node, file, content);
    }
    long bytes;
    try {
      bytes = Long.parseLong(content);
    } catch (NumberFormatException e) {
      return Optional.of(Errno.EINVAL);
    }
    if (bytes < 0) {
      return Optional.of(Errno.EINVAL);
    }
    return put(
        node, file, bytes >= Long.MAX_VALUE - PAGE ? "max" : Long.toString(bytes / unit * unit));
  }

  /** As in the kernel: what is asked for is kept, in force is what there is of it. */
  private static Optional<Errno> cpus(ModelNode node, String content) {
    var wanted = NumberList.parse(content);
    if (wanted.isEmpty()) {
      return Optional.of(Errno.EINVAL);
    }
    var there = wanted.get();
    there.clear(CPUS, Math.max(CPUS, there.length()));
    String effective = String.join(",", there.stream().mapToObj(Integer::toString).toList());
    node.values.put("cpuset.cpus.effective", there.isEmpty() ? "0-3" : effective);
    return put(node, "cpuset.cpus", content);
  }

  /** Whether a bound of this cgroup or of one above it lets no child be made. */
  static boolean full(ModelNode parent) {
    int level = 1;
    for (Optional<ModelNode> up = Optional.of(parent); up.isPresent(); up = up.get().parent) {
      if (level > number(up.get(), "cgroup.max.depth")
          || up.get().descendants() >= number(up.get(), "cgroup.max.descendants")) {
        return true;
      }
      level++;
    }
    return false;
  }

  private static long number(ModelNode node, String file) {
    String value = node.values.getOrDefault(file, "max");
    return value.equals("max") ? Long.MAX_VALUE : Long.parseLong(value);
  }
}
