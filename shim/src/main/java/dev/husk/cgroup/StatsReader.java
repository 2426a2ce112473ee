package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads what a cgroup uses. Holds no lock and keeps nothing. */
final class StatsReader {
  private static final Path HUGEPAGES = Path.of("/sys/kernel/mm/hugepages");
  private static final String PREFIX = "hugepages-";

  private final CgroupFs fs;
  private final Path cgroup;

  StatsReader(CgroupFs fs, Path cgroup) {
    this.fs = fs;
    this.cgroup = cgroup;
  }

  /**
   * Reads file by file.
   *
   * @throws HuskException {@link CgroupFailure.Vanished} when the cgroup is gone
   */
  Stats read(Instant at) throws HuskException {
    try {
      Counters events = Counters.parse(fs.read(cgroup.resolve("cgroup.events")));
      return new Stats(
          at,
          new Stats.Pids(
              amount("pids.current"),
              amount("pids.max"),
              amount("pids.peak"),
              counters("pids.events").get("max")),
          counters("cpu.stat"),
          pressure("cpu.pressure"),
          memory(),
          counters("memory.events"),
          lines("io.stat"),
          pressure("io.pressure"),
          hugetlb(),
          lines("rdma.current"),
          lines("rdma.max"),
          new Stats.Tree(
              counters("cgroup.stat"),
              amount("cgroup.max.descendants"),
              amount("cgroup.max.depth"),
              events.get("populated")),
          new Stats.Freeze(
              amount("cgroup.freeze"),
              events.get("frozen"),
              counters("cgroup.stat.local").get("frozen_usec")));
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "read the statistics", cgroup, e);
    }
  }

  private Stats.Memory memory() throws ErrnoException {
    return new Stats.Memory(
        counters("memory.stat"),
        amount("memory.current"),
        amount("memory.max"),
        amount("memory.peak"),
        amount("memory.swap.current"),
        amount("memory.swap.max"),
        amount("memory.swap.peak"),
        pressure("memory.pressure"));
  }

  /** The kernel names the sizes of its files after those that it has. */
  private List<Stats.Hugetlb> hugetlb() throws ErrnoException {
    List<Path> sizes;
    try {
      sizes = fs.children(HUGEPAGES);
    } catch (ErrnoException e) {
      return List.of();
    }
    List<Stats.Hugetlb> all = new ArrayList<>();
    for (Path directory : sizes) {
      String size = pageSize(directory.getFileName().toString());
      String file = "hugetlb." + size + ".";
      OptionalLong current = amount(file + "current");
      if (current.isPresent()) {
        all.add(
            new Stats.Hugetlb(
                size,
                current,
                amount(file + "max"),
                amount(file + "rsvd.current"),
                counters(file + "events").get("max")));
      }
    }
    all.sort((one, other) -> one.pageSize().compareTo(other.pageSize()));
    return all;
  }

  /** {@code hugepages-2048kB} as the hugetlb controller has it (mem_fmt): {@code 2MB}. */
  static String pageSize(String directory) {
    OptionalLong kib =
        directory.startsWith(PREFIX) && directory.endsWith("kB")
            ? Amount.parse(directory.substring(PREFIX.length(), directory.length() - 2))
            : OptionalLong.empty();
    if (kib.isEmpty()) {
      return directory;
    }
    long size = kib.getAsLong();
    if (size >= 1L << 20) {
      return (size >> 20) + "GB";
    }
    return size >= 1L << 10 ? (size >> 10) + "MB" : size + "KB";
  }

  private OptionalLong amount(String file) throws ErrnoException {
    Optional<String> text = text(file);
    return text.isPresent() ? Amount.parse(text.get().strip()) : OptionalLong.empty();
  }

  private Counters counters(String file) throws ErrnoException {
    Optional<String> text = text(file);
    return text.isPresent() ? Counters.parse(text.get()) : Counters.NONE;
  }

  private List<KeyedLine> lines(String file) throws ErrnoException {
    Optional<String> text = text(file);
    return text.isPresent() ? KeyedLine.parse(text.get()) : List.of();
  }

  private Optional<Pressure> pressure(String file) throws ErrnoException {
    Optional<String> text = text(file);
    return text.isPresent() ? Pressure.parse(text.get()) : Optional.empty();
  }

  /** Empty when this kernel, or this cgroup, has no such file: EOPNOTSUPP is PSI switched off. */
  private Optional<String> text(String file) throws ErrnoException {
    try {
      return Optional.of(fs.read(cgroup.resolve(file)));
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.EOPNOTSUPP)) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
