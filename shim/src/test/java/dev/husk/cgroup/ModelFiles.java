package dev.husk.cgroup;

import dev.husk.process.Errno;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The value files of the model: what they hold at first and what they take. */
final class ModelFiles {
  private static final long PAGE = 4096;
  private static final long HUGE = 2L << 20;
  private static final int CPUS = 4;
  private static final long MOST_PIDS = 4_194_304;
  private static final String EVENTS = "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\noom_group_kill 0";

  private static final String NO_RATES = "rbps=max wbps=max riops=max wiops=max";
  private static final Optional<Errno> EINVAL = Optional.of(Errno.EINVAL);

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
      case "memory.low",
          "memory.oom.group",
          "memory.current",
          "memory.swap.current",
          "cpu.idle",
          "cpu.weight.nice",
          "cpu.max.burst" ->
          Optional.of("0");
      case "memory.events", "memory.events.local" -> Optional.of(EVENTS);
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
      case "io.max" -> ioMax(node, content);
      case "pids.max" -> pids(node, content);
      case "cpu.max" -> quota(node, content);
      case "cpu.max.burst" -> burst(node, content);
      case "cpu.weight" -> weight(node, content);
      case "cpu.weight.nice" -> nice(node, content);
      case "cpu.idle" -> idle(node, content);
      case "memory.oom.group" -> content.matches("[01]") ? put(node, file, content) : EINVAL;
      case "memory.current", "memory.swap.current", "memory.events", "memory.events.local" ->
          EINVAL;
      default -> put(node, file, content);
    };
  }

  private static Optional<Errno> put(ModelNode node, String file, String content) {
    node.values.put(file, content);
    return Optional.empty();
  }

  private static String held(ModelNode node, String file) {
    return node.values.getOrDefault(file, initial(file).orElseThrow());
  }

  /** kernel/cgroup/pids.c, pids_max_write. */
  private static Optional<Errno> pids(ModelNode node, String content) {
    if (!content.equals("max")) {
      if (!content.matches("[0-9]{1,18}") || Long.parseLong(content) > MOST_PIDS) {
        return EINVAL;
      }
    }
    return put(node, "pids.max", content);
  }

  /** A quota below the burst is refused, as a burst above the quota is: tg_set_cfs_bandwidth. */
  private static Optional<Errno> quota(ModelNode node, String content) {
    List<String> words = Controllers.words(content);
    String period = words.size() > 1 ? words.get(1) : held(node, "cpu.max").split(" ", -1)[1];
    if (!words.get(0).matches("max|[0-9]{4,13}") || !period.matches("[0-9]{4,7}")) {
      return EINVAL;
    }
    if (Long.parseLong(period) > 1_000_000 || isBeyond(held(node, "cpu.max.burst"), words.get(0))) {
      return EINVAL;
    }
    return put(node, "cpu.max", words.get(0) + " " + period);
  }

  private static Optional<Errno> burst(ModelNode node, String content) {
    return content.matches("[0-9]{1,13}")
            && !isBeyond(content, held(node, "cpu.max").split(" ", -1)[0])
        ? put(node, "cpu.max.burst", content)
        : EINVAL;
  }

  private static boolean isBeyond(String burst, String quota) {
    return !quota.equals("max") && Long.parseLong(burst) > Long.parseLong(quota);
  }

  private static Optional<Errno> weight(ModelNode node, String content) {
    if (!content.matches("[0-9]{1,9}")) {
      return EINVAL;
    }
    long weight = Long.parseLong(content);
    if (weight < 1 || weight > 10_000) {
      return Optional.of(Errno.ERANGE);
    }
    return held(node, "cpu.idle").equals("1") ? EINVAL : put(node, "cpu.weight", content);
  }

  /** The weight by steps of a quarter, about: sched_prio_to_weight. */
  private static Optional<Errno> nice(ModelNode node, String content) {
    int nice = Integer.parseInt(content);
    return nice < -20 || nice > 19
        ? Optional.of(Errno.ERANGE)
        : weight(node, Long.toString(Math.round(100 * Math.pow(1.25, -nice))));
  }

  /** Idle has the least weight, and leaving it the default one: sched_group_set_idle. */
  private static Optional<Errno> idle(ModelNode node, String content) {
    if (!content.matches("[01]")) {
      return EINVAL;
    }
    if (!content.equals(held(node, "cpu.idle"))) {
      node.values.put("cpu.weight", content.equals("1") ? "0" : "100");
    }
    return put(node, "cpu.idle", content);
  }

  /** A line per device with all four rates; a device without any has no line. */
  private static Optional<Errno> ioMax(ModelNode node, String content) {
    List<String> words = Controllers.words(content);
    Map<String, Map<String, String>> devices = new TreeMap<>();
    for (String line : held(node, "io.max").lines().toList()) {
      List<String> parts = Controllers.words(line);
      devices.put(parts.get(0), rates(parts.subList(1, parts.size())));
    }
    Map<String, String> rates =
        devices.computeIfAbsent(words.get(0), device -> rates(List.of(NO_RATES.split(" ", -1))));
    for (String word : words.subList(1, words.size())) {
      if (!word.matches("[rw](bps|iops)=(max|[1-9][0-9]*)")) {
        return EINVAL;
      }
      rates.putAll(rates(List.of(word)));
    }
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Map<String, String>> device : devices.entrySet()) {
      StringBuilder line = new StringBuilder();
      device.getValue().forEach((key, rate) -> line.append(' ').append(key + "=" + rate));
      if (!line.substring(1).equals(NO_RATES)) {
        text.append(device.getKey()).append(line).append('\n');
      }
    }
    return put(node, "io.max", text.toString().strip());
  }

  private static Map<String, String> rates(List<String> words) {
    Map<String, String> rates = new LinkedHashMap<>();
    for (String word : words) {
      rates.put(word.substring(0, word.indexOf('=')), word.substring(word.indexOf('=') + 1));
    }
    return rates;
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
